/** What a program says of itself in Prometheus' text format, at one moment. */
export class MetricSamples {
  readonly #samples: readonly Sample[];

  constructor(samples: readonly Sample[]) {
    this.#samples = samples;
  }

  /** The sum of all samples of a metric whose labels pass; 0 when there is none. */
  sum(name: string, passes: (labels: Labels) => boolean = () => true): number {
    return this.#samples
      .filter((sample) => sample.name === name && passes(sample.labels))
      .reduce((total, { value }) => total + value, 0);
  }

  /** The samples of a metric by the value of one label. */
  by(name: string, label: string): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const sample of this.#samples) {
      const key = sample.labels[label];
      if (sample.name === name && key !== undefined) sums.set(key, (sums.get(key) ?? 0) + sample.value);
    }
    return sums;
  }
}

type Labels = Readonly<Record<string, string>>;

interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** Reads Prometheus' text format; comments and what is no sample are passed over. */
export function parseMetrics(text: string): MetricSamples {
  return new MetricSamples(text.split('\n').flatMap((line) => parseLine(line) ?? []));
}

const sampleLine = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)$/;

function parseLine(line: string): Sample | undefined {
  const { name, labels = '', value } = sampleLine.exec(line)?.groups ?? {};
  if (name === undefined) return undefined;
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, key = '', text = '']) => [key, text])),
    value: Number(value),
  };
}
