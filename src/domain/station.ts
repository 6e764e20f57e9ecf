/** A station: a point on the Earth whose weather is a series. */

export interface Station {
  /** Unique in its dataset; letters, digits, `.`, `_`, `-`. */
  id: string;
  name: string;
  /** ISO 3166-1 alpha-2, or a name, or '' where it is not known. */
  country: string;
  /** Degrees north, -90..90. */
  latitude: number;
  /** Degrees east, -180..180. */
  longitude: number;
  /** Metres above mean sea level, or null where it is not known. */
  elevation: number | null;
}
