import { configure, render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { MemoryRouter } from 'react-router';
import { SessionKeeper } from '../core/session-keeper.ts';
import { useStore } from '../core/use-store.ts';
import { SessionFrame } from '../session/session-frame.tsx';
import { useSignedIn } from '../session/signed-in.ts';
import { aSession } from './access-fixtures.ts';
import './dialog-element.ts';
import { T0 } from './fixtures.ts';
import type { HavenApi } from './haven-api.ts';

// A whole page on a busy machine takes longer than the usual second.
configure({ asyncUtilTimeout: 5000 });

type SignedInProps = { haven: HavenApi; keeper: SessionKeeper; children: ReactNode };

/** A page as whoever the API knows has it, once their rights are known to the browser. */
export function renderSignedIn(page: ReactNode, haven: HavenApi, path = '/'): SessionKeeper {
  sessionStorage.setItem('haven.session', JSON.stringify(aSession({ user: haven.status.user })));
  const keeper = new SessionKeeper(haven.api, sessionStorage, () => T0);
  render(
    <MemoryRouter initialEntries={[path]}>
      <SignedIn haven={haven} keeper={keeper}>
        {page}
      </SignedIn>
    </MemoryRouter>,
  );
  return keeper;
}

function SignedIn({ haven, keeper, children }: SignedInProps) {
  const { session } = useStore(keeper.state);
  if (session === null) return null;
  return (
    <SessionFrame api={haven.api} keeper={keeper} session={session}>
      <OnceKnown>{children}</OnceKnown>
    </SessionFrame>
  );
}

/** As the routes do it: what needs a right is not there before the rights are known. */
function OnceKnown({ children }: { children: ReactNode }) {
  return useSignedIn().status === null ? null : children;
}
