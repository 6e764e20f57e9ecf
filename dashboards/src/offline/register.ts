/** Lets the browser keep the page itself, so that it opens without a network. Browsers do so on secure origins only. */
export function registerServiceWorker(): void {
  if (!('serviceWorker' in navigator)) return;
  const register = (): void => {
    void navigator.serviceWorker.register(new URL('service-worker.js', document.baseURI)).catch(() => {
      // Refused by the browser's settings: the page works as before, online.
    });
  };
  // After the first chart: installing fetches the page once more.
  if (document.readyState === 'complete') setTimeout(register, 2000);
  else addEventListener('load', () => setTimeout(register, 2000));
}
