import { describe, expect, it } from 'vitest';
import { ApiError, createApi, UnreachableError } from '../../dashboards/src/api/client.ts';

/** An API whose answers are written down, and the addresses that it was asked for. */
function scripted(answer: (url: URL) => Response | Promise<Response>) {
  const asked: URL[] = [];
  const fetcher = (async (input: URL) => {
    asked.push(input);
    return answer(input);
  }) as unknown as typeof fetch;
  return { asked, api: createApi('https://host/weather/#station=x', fetcher) };
}

const json = (body: unknown, status = 200): Response => Response.json(body, { status });

describe('the API client', () => {
  it('asks beside the page, also behind a path prefix, and never carries the hash along', async () => {
    const { api, asked } = scripted(() => json({ stations: [] }));
    await api.stations('sample world');
    expect(asked[0].href).toBe('https://host/weather/v1/stations?dataset=sample+world&limit=10000');
  });

  it('asks for one place in the units that the page draws in, of one run, for all models', async () => {
    const { api, asked } = scripted(() => json({}));
    await api.forecast({
      dataset: 'd',
      station: 'a&b',
      init: '2025-02-20T06:00Z',
      models: ['net', 'persistence'],
      variables: ['temperature_2m'],
      pastHours: 48,
    });
    expect(asked[0].pathname).toBe('/weather/v1/forecast');
    expect(Object.fromEntries(asked[0].searchParams)).toEqual({
      dataset: 'd',
      station: 'a&b',
      run: '2025-02-20T06:00Z',
      models: 'net,persistence',
      hourly: 'temperature_2m',
      past_hours: '48',
      temperature_unit: 'celsius',
      wind_speed_unit: 'ms',
    });
  });

  it('turns a problem into an error that says what, and what to do', async () => {
    const body = { title: 'Not found', detail: "no station 'x'", code: 'NOT_FOUND', hint: 'see /v1/stations' };
    const { api } = scripted(() => json(body, 404));
    const failure = await api.verification('d').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
      message: "no station 'x'",
      hint: 'see /v1/stations',
    });
  });

  it('has words even for a refusal without any', async () => {
    const { api } = scripted(() => json(['what'], 500));
    await expect(api.status()).rejects.toThrow('status 500');
  });

  it('tells a service that is away, or a stranger in its place, from one that refuses', async () => {
    const away = scripted(() => Promise.reject(new TypeError('fetch failed')));
    await expect(away.api.status()).rejects.toBeInstanceOf(UnreachableError);
    const stranger = scripted(() => new Response('<html>Bad gateway</html>', { status: 502 }));
    await expect(stranger.api.status()).rejects.toBeInstanceOf(UnreachableError);
  });

  it('takes 503 of the health address as an answer: not ready, and why', async () => {
    expect(await scripted(() => json({ status: 'ready' })).api.readiness()).toEqual({ ready: true });
    const preparing = scripted(() => json({ detail: 'no run yet' }, 503));
    expect(await preparing.api.readiness()).toEqual({ ready: false, reason: 'no run yet' });
    await expect(scripted(() => json({}, 404)).api.readiness()).rejects.toBeInstanceOf(ApiError);
  });

  it('names the address of an answer with the units and in the format that a person wants', () => {
    const { api } = scripted(() => json({}));
    const query = {
      dataset: 'd',
      station: 's t',
      init: '2025-02-20T06:00Z',
      models: ['a', 'b'],
      variables: ['v'],
      pastHours: 48,
    };
    const address = new URL(api.forecastAddress({ ...query, units: { temperature: 'fahrenheit', wind: 'kn' } }, 'csv'));
    expect(address.pathname).toMatch(/\/v1\/forecast$/);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      dataset: 'd',
      station: 's t',
      run: '2025-02-20T06:00Z',
      models: 'a,b',
      hourly: 'v',
      past_hours: '48',
      temperature_unit: 'fahrenheit',
      wind_speed_unit: 'kn',
      format: 'csv',
    });
    expect(new URL(api.forecastAddress(query)).searchParams.get('temperature_unit')).toBe('celsius');
  });

  it('reads the observations of one station and of several alike', async () => {
    const place = { station: { id: 'a' }, hourly: { time: [] } };
    const ask = (body: unknown) =>
      scripted(() => json(body)).api.observations('d', ['a'], ['v'], { start: '', end: '' });
    expect(await ask(place)).toEqual([place]);
    expect(await ask([place, place])).toHaveLength(2);
  });

  it('lets a request that was called off fail as such, not as a service that is away', async () => {
    const { api } = scripted(() => Promise.reject(new DOMException('called off', 'AbortError')));
    const query = { dataset: 'd', station: 's', init: 'i', models: [], variables: [], pastHours: 0 };
    await expect(api.forecast(query, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });
});
