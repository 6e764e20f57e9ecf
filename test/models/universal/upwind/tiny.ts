/** The smallest architecture with every part, and a network of weather that is carried by the wind. */
import type { UpwindConfig } from '../../../../models/universal/upwind/config.ts';
import type { Station } from '../../../../src/domain/station.ts';

export const TINY_UPWIND: UpwindConfig = {
  stationsPerNode: 3,
  own: { members: 2, hidden: 8, dropout: 0.1 },
  image: {
    dModel: 16,
    headDropout: 0.1,
    backbone: {
      depths: [1, 1, 1, 1],
      dims: [8, 8, 8, 8],
      kernels: [[7], [5], [3], [3]],
      dropPathRate: 0,
      layerScaleInit: 0.5,
    },
  },
};

/** A station in the middle and one in each direction that is given (degrees from north, km). */
export function around(
  middle: { latitude: number },
  others: readonly (readonly [bearing: number, km: number])[],
): Station[] {
  const station = (id: string, latitude: number, longitude: number): Station => ({
    id,
    name: id,
    country: '',
    latitude,
    longitude,
    elevation: 10,
  });
  return [
    station('middle', middle.latitude, 5),
    ...others.map(([bearing, km], index) => {
      const angle = (bearing * Math.PI) / 180;
      const latitude = middle.latitude + (Math.cos(angle) * km) / 111.2;
      const longitude = 5 + (Math.sin(angle) * km) / (111.2 * Math.cos((middle.latitude * Math.PI) / 180));
      return station(`other ${index}`, latitude, longitude);
    }),
  ];
}
