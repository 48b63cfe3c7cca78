type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL: (url: string) => string }): unknown;
};

declare global {
  interface Window {
    /** Not in every browser, nor in TypeScript's library. */
    trustedTypes?: TrustedTypes;
  }
}

/**
 * The content security policy asks for Trusted Types: text becomes markup or a script nowhere, and a script is loaded
 * (the ticker's worker) only by what this policy lets through.
 */
export function allowOwnScripts(): void {
  window.trustedTypes?.createPolicy('default', {
    createScriptURL(url) {
      if (new URL(url, location.href).origin === location.origin) return url;
      throw new TypeError('Scripts are loaded from Haven only.');
    },
  });
}
