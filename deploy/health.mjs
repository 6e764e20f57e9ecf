/**
 * Ends with 0 where the service of this container says that it is well, with 1 and the reason where it does not.
 *   node deploy/health.mjs live     the process answers
 *   node deploy/health.mjs ready    its forecasts may be relied on
 */
const port = process.env.KERNELCAST_PORT || process.env.PORT || 8080;
try {
  const answer = await fetch(`http://127.0.0.1:${port}/health/${process.argv[2] ?? 'ready'}`);
  if (!answer.ok) console.error(await answer.text());
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  console.error(String(error.cause ?? error));
  process.exitCode = 1;
}
