/** The published forecaster as a forecast model of temperature: a network for each variable is what was published. */
import { join } from 'node:path';
import { geographicFeatures } from '../../../models/corrformer/embedding/geography.ts';
import { timeMarks } from '../../../models/corrformer/embedding/time-marks.ts';
import { openOnnxSession } from '../../../models/engine/onnx/session.ts';
import { type ForecastModel, forecastSeries } from '../../../models/forecast-model.ts';
import { buildStationTree, gatherSlots, scatterSlots } from '../../../models/station-tree/station-tree.ts';
import { DECODER_FILE, ENCODER_FILE, nodesAtOnce, type ReferenceConfig, tokensPerNode } from './reference-graphs.ts';

export function referenceModel(folder: string, config: ReferenceConfig, threads: number): ForecastModel {
  const { stationsPerNode, inputHours, labelHours, leadHours, dModel } = config;
  return {
    id: 'reference-s',
    name: 'UniRepLKNet-S encoder, CorrFormer decoder',
    kind: 'network',
    weightsSha256: null,
    historyHours: inputHours,
    async forecast(input) {
      const { observations, init } = input;
      const { stations } = observations;
      const tree = buildStationTree(stations, { stationsPerNode, branching: config.branching });
      const nodes = tree.nodes.length;
      const slots = nodes * stationsPerNode;
      const series = gatherSlots(tree, observations.variables.temperature_2m!.values, stations.length);
      const geography = geographicFeatures(stations, tree);
      const features = geography.length / nodes;
      const marks = (from: number, hours: number) => ({
        shape: [1, hours, 4],
        values: Float32Array.from(Array.from({ length: hours }, (_, hour) => timeMarks(from + hour)).flat()),
      });

      const tokens = new Float32Array(nodes * tokensPerNode(config.encoder) * dModel);
      const some = nodesAtOnce(config, nodes);
      const encoder = await openOnnxSession(join(folder, ENCODER_FILE), { threads });
      const window = new Float32Array(inputHours * some * stationsPerNode);
      for (let node = 0; node < nodes; node += some) {
        const width = some * stationsPerNode;
        for (let hour = 0; hour < inputHours; hour++) {
          const from = hour * slots + node * stationsPerNode;
          window.set(series.subarray(from, from + width), hour * width);
        }
        const size = some * tokensPerNode(config.encoder) * dModel;
        const into = tokens.subarray((node / some) * size, (node / some + 1) * size);
        const shape = [some, tokensPerNode(config.encoder), dModel];
        await encoder.run(
          {
            series: { shape: [1, inputHours, width], values: window },
            marks: marks(init - inputHours + 1, inputHours),
            geography: {
              shape: [some, features],
              values: geography.subarray(node * features, (node + some) * features),
            },
          },
          { tokens: { shape, values: into } },
        );
      }
      await encoder.close();

      const decoder = await openOnnxSession(join(folder, DECODER_FILE), { threads });
      const { forecast } = await decoder.run({
        series: { shape: [1, inputHours, slots], values: series },
        marks: marks(init - labelHours + 1, labelHours + leadHours),
        geography: { shape: [nodes, features], values: geography },
        tokens: { shape: [nodes, tokensPerNode(config.encoder), dModel], values: tokens },
      });
      await decoder.close();
      return forecastSeries(input, new Map([['temperature_2m', scatterSlots(tree, forecast.values, stations.length)]]));
    },
  };
}
