# syntax=docker/dockerfile:1
# One image for API, worker and migrations; the command says which (package.json: start:api, start:worker, start:migrations).

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run generate && npm run build
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-bookworm-slim
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    WORKFLOW_BUNDLE=dist/workflow-bundle.js
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Partner profiles and the systems file; mount your own over them, or name others by PARTNERS_DIR and SYSTEMS_FILE.
COPY --from=build /app/mappings ./mappings
USER node
EXPOSE 3000
CMD ["node", "dist/api/server.js"]
