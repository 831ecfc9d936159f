import { useEffect, useState } from 'react';
import { Link, NavLink, Route, Routes, useLocation } from 'react-router-dom';
import type { Me } from './api.ts';
import { Mark } from './mark.tsx';
import { MeContext } from './me.tsx';
import { Empty, Loading } from './notices.tsx';
import { Outages } from './outages.tsx';
import { BenchPage } from './pages/bench-page.tsx';
import { DeadLetterPage } from './pages/dead-letter-page.tsx';
import { DeadLettersPage } from './pages/dead-letters-page.tsx';
import { DocumentPage } from './pages/document-page.tsx';
import { ExceptionsPage } from './pages/exceptions-page.tsx';
import { FilePage } from './pages/file-page.tsx';
import { FilesPage } from './pages/files-page.tsx';
import { OrderPage } from './pages/order-page.tsx';
import { OrdersPage } from './pages/orders-page.tsx';
import { PartnerPage } from './pages/partner-page.tsx';
import { PartnersPage } from './pages/partners-page.tsx';
import { PortalPage } from './pages/portal-page.tsx';
import { ReturnPage } from './pages/return-page.tsx';
import { ReturnsPage } from './pages/returns-page.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { isPortal, PortalContext, useIsPortal } from './partner/portal.tsx';
import { takeKeyFromAddress, useApi, useSession } from './session.tsx';
import { Clock } from './time.tsx';
import { useLive } from './use-live.ts';

export function App() {
  const { key, asking } = useSession();
  useKeyPastedIntoAddress();
  if (key === undefined) return asking ? null : <SignInPage />;
  return (
    // Another key may be another person: remove everything that the previous user saw.
    <Clock key={key}>
      <SignedIn />
    </Clock>
  );
}

function SignedIn() {
  const api = useApi();
  const me = useLive('me', api.me);
  const portal = isPortal(me.data);
  return (
    <MeContext value={me.data}>
      <PortalContext value={portal}>
        <a className="skip" href="#content">
          Skip to content
        </a>
        <Header me={me.data} />
        <main id="content" tabIndex={-1}>
          {me.data && !portal && <Outages />}
          {/* Before it is known whose key it is, a page would ask for what a testing partner may not see. */}
          {me.data === undefined && me.problem === undefined ? (
            <Loading what="the console" />
          ) : portal ? (
            <PortalRoutes partnerId={me.data?.partnerId ?? ''} />
          ) : (
            <AllRoutes />
          )}
        </main>
      </PortalContext>
    </MeContext>
  );
}

function AllRoutes() {
  return (
    <Routes>
      <Route path="/" element={<OrdersPage />} />
      <Route path="/orders/:orderId" element={<OrderPage />} />
      <Route path="/orders/:orderId/documents/:documentId" element={<DocumentPage />} />
      <Route path="/exceptions" element={<ExceptionsPage />} />
      <Route path="/dead-letters" element={<DeadLettersPage />} />
      <Route path="/dead-letters/:deadLetterId" element={<DeadLetterPage />} />
      <Route path="/returns" element={<ReturnsPage />} />
      <Route path="/returns/:returnId" element={<ReturnPage />} />
      <Route path="/files" element={<FilesPage />} />
      <Route path="/files/:interchangeId" element={<FilePage />} />
      <Route path="/files/:interchangeId/documents/:documentId" element={<DocumentPage />} />
      <Route path="/partners" element={<PartnersPage />} />
      <Route path="/partners/:partnerId" element={<PartnerPage />} />
      <Route path="/partners/:partnerId/bench" element={<BenchPage />} />
      <Route path="*" element={<NoSuchPage />} />
    </Routes>
  );
}

/** All that a partner sees which tests: the API refuses it anything else. */
function PortalRoutes({ partnerId }: { readonly partnerId: string }) {
  return (
    <Routes>
      <Route path="/" element={<PortalPage partnerId={partnerId} />} />
      <Route path="/files" element={<PortalPage partnerId={partnerId} />} />
      <Route path="/files/:interchangeId" element={<FilePage />} />
      <Route path="/files/:interchangeId/documents/:documentId" element={<DocumentPage />} />
      <Route path="*" element={<NoSuchPage />} />
    </Routes>
  );
}

/** Handles `#key=…` in a tab that already shows the console: a fragment change reloads nothing. */
function useKeyPastedIntoAddress(): void {
  const { signIn } = useSession();
  useEffect(() => {
    const onHashChange = () => {
      const key = takeKeyFromAddress();
      if (key !== undefined) signIn(key);
    };
    window.addEventListener('hashchange', onHashChange);
    return () => window.removeEventListener('hashchange', onHashChange);
  }, [signIn]);
}

function Header({ me }: { readonly me: Me | undefined }) {
  const portal = useIsPortal();
  const { signOut } = useSession();
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();

  // biome-ignore lint/correctness/useExhaustiveDependencies: navigation closes the panel.
  useEffect(() => setOpen(false), [pathname]);

  return (
    <header className="top">
      <Link className="brand" to="/">
        <Mark />
        <span className="brand-name">Throughline</span>
      </Link>
      <nav aria-label="Main">
        {portal ? (
          <NavLink to="/" end>
            Test files
          </NavLink>
        ) : (
          <>
            <NavLink to="/" end>
              Orders
            </NavLink>
            <NavLink to="/exceptions">Exceptions</NavLink>
            <NavLink to="/returns">Returns</NavLink>
            <NavLink to="/files">Files</NavLink>
            <NavLink to="/dead-letters">Dead letters</NavLink>
            <NavLink to="/partners">Partners</NavLink>
          </>
        )}
        <a href="/docs">API</a>
      </nav>
      <div className="account">
        <button type="button" aria-expanded={open} aria-controls="account" onClick={() => setOpen(!open)}>
          {me?.name ?? 'Account'}
        </button>
        <div id="account" className="account-panel" hidden={!open}>
          {me && (
            <dl>
              <dt>Key</dt>
              <dd>{me.name}</dd>
              <dt>Acts for</dt>
              <dd>{me.partnerId ?? 'all partners'}</dd>
              <dt>May</dt>
              <dd>
                {me.scopes.map((scope) => (
                  <code key={scope}>{scope}</code>
                ))}
              </dd>
            </dl>
          )}
          <button type="button" onClick={() => signOut()}>
            Sign out
          </button>
        </div>
      </div>
    </header>
  );
}

function NoSuchPage() {
  return (
    <Empty title="There is no such page">
      <p>
        <Link to="/">Go to the orders</Link>
      </p>
    </Empty>
  );
}
