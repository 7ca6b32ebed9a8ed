import { type EditEvent, eventFile } from '../service/edit-event.js';
import type { AppStore, Run } from './app-state.js';

/** How far the edit is that is on its way, kept in the state by what its events tell. */
export class RunProgress {
  constructor(private readonly store: AppStore) {}

  update(change: Partial<Run>): void {
    const { run } = this.store.state;
    if (run !== null) this.store.update({ run: { ...run, ...change } });
  }

  take(event: Exclude<EditEvent, { type: 'error' | 'image_edit.completed' }>): void {
    switch (event.type) {
      case 'image_edit.queued':
        this.update({ phase: 'queued', position: event.position });
        break;
      case 'image_edit.started':
        this.update({ phase: 'running', position: null });
        break;
      case 'image_edit.progress': {
        const { step, steps, image, images, eta_seconds: eta } = event;
        const endsAt = eta === null ? null : performance.now() + eta * 1000;
        this.update({ phase: 'running', step, steps, image, images, endsAt });
        break;
      }
      case 'image_edit.partial_image':
        this.preview(URL.createObjectURL(eventFile(event)));
    }
  }

  /** The next picture starts from its own input. */
  nextImage(done: number): void {
    this.preview(null);
    this.update({ image: done + 1, step: 0 });
  }

  /** Shows a preview in place of the last one; null: none. */
  preview(previewUrl: string | null): void {
    const before = this.store.state.run?.previewUrl ?? null;
    this.update({ previewUrl });
    if (before !== null) URL.revokeObjectURL(before);
  }
}
