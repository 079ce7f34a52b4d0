import { parentPort, workerData } from 'node:worker_threads';
import type { OutputDocument } from '../../core/output/output-document.ts';
import { renderDocument } from './render-document.ts';

/** A thread that renders one document, sends its bytes, and ends. */
const rendered = await renderDocument(workerData as OutputDocument);
// A copy of its own: what the libraries give may be a part of a shared pool, which cannot be handed over.
const bytes = new Uint8Array(rendered);
parentPort?.postMessage(bytes, [bytes.buffer]);
