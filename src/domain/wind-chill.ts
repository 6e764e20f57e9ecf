/** The wind chill: how cold moving air feels to the skin (Environment Canada and the US Weather Service, 2001). */

/** The index is defined at and below this temperature, degC. */
export const WARMEST_WIND_CHILL = 10;
/** Below this speed, m/s (4.8 km/h), the air counts as calm: it feels as it is. */
const CALM = 4.8 / 3.6;

/** degC, from degC and m/s at 10 m; NaN above 10 degC, where it is not defined. */
export function windChill(temperature: number, speed: number): number {
  if (!(temperature <= WARMEST_WIND_CHILL)) return Number.NaN;
  if (speed <= CALM) return temperature;
  const power = (speed * 3.6) ** 0.16;
  return 13.12 + 0.6215 * temperature - 11.37 * power + 0.3965 * temperature * power;
}
