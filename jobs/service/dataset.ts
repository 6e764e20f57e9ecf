/** The dataset of the demo. */
export const DEMO_DATASET = 'sample-world';
