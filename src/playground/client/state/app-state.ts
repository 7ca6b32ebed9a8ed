import type { Mask, PictureSize, Stroke } from '../mask/mask.js';
import type { LoraChoice } from '../../../protocol/lora.js';
import type { EditField } from '../service/edit-fields.js';
import type { Fault } from '../service/fault.js';
import { initialLanguage, type Language } from '../text/language.js';
import { type Draft, savedDraft } from './draft.js';
import { Store } from './store.js';

/** What /ready says of the service; `offline`: it doesn't answer at all. */
export interface ServiceStatus {
  readonly kind: 'connecting' | 'loading' | 'ready' | 'failed' | 'draining' | 'offline';
  /** The service's own words where it isn't ready; else empty. */
  readonly reason: string;
  /** Id of the served model where it is ready; else empty. */
  readonly modelId: string;
}

/** What the service tells of itself, to callers who have the key. */
export interface ServedModel {
  readonly id: string;
  /** What its users should know. */
  readonly notice: Readonly<Record<Language, string>> | null;
  readonly suggestions: readonly SuggestionGroup[];
  readonly examples: readonly Example[];
  readonly sizes: readonly string[];
  /** Bytes of a picture's file; null: the service doesn't tell. */
  readonly maxFileBytes: number | null;
  /** The most pictures that one edit takes. */
  readonly maxReferences: number;
  readonly loras: readonly ServedLora[];
  /** With the checkpoint's own defaults. */
  readonly fields: readonly EditField[];
}

/** Instructions of a kind; null: of any. */
export interface SuggestionGroup {
  readonly kind: Readonly<Record<Language, string>> | null;
  readonly prompts: readonly string[];
}

/** An edit that shows what the model does. */
export interface Example {
  readonly prompt: Readonly<Record<Language, string>>;
  /** Path of the picture on the service. */
  readonly before: string;
  /** Of what became of it; null: the model has none to show. */
  readonly after: string | null;
}

/** A LoRA that edits may use. */
export interface ServedLora {
  readonly name: string;
  /** What it is for, in its maker's words; null: nobody says. */
  readonly description: string | null;
  /** How strongly it acts where nothing is said. */
  readonly defaultScale: number;
  /** Why it can't be used, in the service's words; null: it can. */
  readonly refused: string | null;
  /** What edits that use it take fields to be that are absent, by their names. */
  readonly defaults: Readonly<Record<string, string>>;
}

/**
 * Where a picture comes from, and code that uses it finds it: a file of the user's, a path of the service, a result of the
 * history, or the page alone (the clipboard, the camera).
 */
export type PictureOrigin =
  | { readonly kind: 'file' | 'page' }
  | { readonly kind: 'service'; readonly path: string }
  | { readonly kind: 'result'; readonly result: string };

/** A picture to edit. */
export interface InputPicture {
  readonly id: string;
  readonly file: File;
  /** blob: address of the file. */
  readonly url: string;
  readonly origin: PictureOrigin;
}

/** What the mask is painted with. */
export interface Brush {
  readonly kind: Stroke['kind'];
  /** Its diameter, of the picture's shorter side. */
  readonly percent: number;
}

/** What is sent: the form at the moment of Run. */
export interface EditRequest extends Draft {
  readonly pictures: readonly InputPicture[];
  /** What of the first picture may change; null: all of it. */
  readonly mask: Mask | null;
}

/** An edit on its way. */
export interface Run {
  /** Of its entry in the history. */
  readonly id: string;
  readonly request: EditRequest;
  /**
   * `waiting`: for the model to be loaded. `sending`: the pictures are on their way. `away`: the service doesn't answer, and
   * is asked again.
   */
  readonly phase: 'waiting' | 'sending' | 'queued' | 'running' | 'away';
  /** Place in the queue, from 1; null when not told. */
  readonly position: number | null;
  /** Steps done of the picture that is being made, from 0. */
  readonly step: number;
  /** 0 until told. */
  readonly steps: number;
  /** Which picture is being made, from 1. */
  readonly image: number;
  readonly images: number;
  /** When it should be done, on performance.now()'s clock; null when that can't be told. */
  readonly endsAt: number | null;
  /** blob: address of the latest preview of the picture that is being made. */
  readonly previewUrl: string | null;
}

/** An edit of the history: its results know it by its id. */
export interface PastRun {
  readonly id: string;
  /** When it was asked for, in milliseconds since 1970. */
  readonly at: number;
  readonly request: EditRequest;
  /** The service's job; null until it has taken the edit. */
  readonly job: string | null;
  /** Number of the job's event that brought its latest result. */
  readonly lastEvent: number;
  /** `lost`: the service doesn't know it any more. */
  readonly outcome: 'running' | 'done' | 'cancelled' | 'failed' | 'lost';
  /** Why it failed. */
  readonly fault: Fault | null;
}

/** A finished picture. */
export interface EditResult {
  readonly id: string;
  /** The edit that it came of. */
  readonly run: string;
  readonly blob: Blob;
  /** blob: address of the file. */
  readonly url: string;
  /** The picture it was made from. */
  readonly input: InputPicture;
  readonly request: EditRequest;
  readonly seed: number;
  /** WIDTHxHEIGHT. */
  readonly size: string;
  /** png, jpeg, webp, or pt: a tensor, which browsers can't show. */
  readonly format: string;
  readonly warnings: readonly string[];
  /** The LoRAs that it was made with. */
  readonly loras: readonly LoraChoice[];
}

export interface AppState extends Draft {
  readonly language: Language;
  readonly service: ServiceStatus;
  readonly model: ServedModel | null;
  /** The service wants a key that the page doesn't have. */
  readonly lacksKey: boolean;
  readonly pictures: readonly InputPicture[];
  /** Sizes of pictures by their ids, as soon as they are known; null: the browser can't show it. */
  readonly sizes: Readonly<Record<string, PictureSize | null>>;
  /** The latest that was painted; it counts as long as its picture is the first. */
  readonly mask: Mask | null;
  /** The mask's brush is out. */
  readonly isMasking: boolean;
  readonly brush: Brush;
  readonly run: Run | null;
  readonly fault: Fault | null;
  /** Newest last. */
  readonly runs: readonly PastRun[];
  /** Newest last. */
  readonly results: readonly EditResult[];
  /** Id of the result that is shown; null: the run, or the first picture. */
  readonly shown: string | null;
  /** Id of the result that the shown one is compared with; null: its own input. */
  readonly compared: string | null;
  /** Id of the edit whose results are shown beside each other; null: none. */
  readonly grid: string | null;
}

export type AppStore = Store<AppState>;

export function createAppStore(): AppStore {
  return new Store<AppState>({
    language: initialLanguage(),
    service: { kind: 'connecting', reason: '', modelId: '' },
    model: null,
    lacksKey: false,
    pictures: [],
    sizes: {},
    mask: null,
    isMasking: false,
    brush: { kind: 'paint', percent: 10 },
    ...savedDraft(),
    run: null,
    fault: null,
    runs: [],
    results: [],
    shown: null,
    compared: null,
    grid: null,
  });
}
