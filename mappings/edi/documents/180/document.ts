import { defineDocument } from '../definition.ts';

export const returnAuthorization = defineDocument({ set: '180', checks: [] });
