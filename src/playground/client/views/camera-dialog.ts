import type { AppStore } from '../state/app-state.js';
import { addPictures } from '../state/pictures.js';
import { stringsOf } from '../text/language.js';
import { byId } from './dom.js';

/**
 * Takes a photo with the device's camera. Browsers give pages one over HTTPS or on this very machine; elsewhere a phone's own
 * camera is asked for a file, and other devices have no such button.
 */
export function prepareCamera(store: AppStore): void {
  const open = byId('camera', HTMLButtonElement);
  const dialog = byId('camera-dialog', HTMLDialogElement);
  const video = byId('camera-video', HTMLVideoElement);
  const fault = byId('camera-fault', HTMLElement);
  const shoot = byId('camera-shoot', HTMLButtonElement);
  if (!isSecureContext) {
    prepareCapture(store, open);
    return;
  }
  open.addEventListener('click', () => {
    fault.textContent = '';
    shoot.disabled = true;
    dialog.showModal();
    startCamera(video).then(
      () => (shoot.disabled = false),
      (error: unknown) => (fault.textContent = stringsOf(store.state).cameraFailed(String(error))),
    );
  });
  shoot.addEventListener('click', () => {
    void photo(video).then((file) => {
      dialog.close();
      addPictures(store, [file], { kind: 'page' });
    });
  });
  byId('camera-close', HTMLButtonElement).addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => stopCamera(video));
}

/** Has the phone's own camera take the photo. */
function prepareCapture(store: AppStore, open: HTMLButtonElement): void {
  const capture = byId('capture', HTMLInputElement);
  open.hidden = !matchMedia('(pointer: coarse)').matches;
  open.addEventListener('click', () => capture.click());
  capture.addEventListener('change', () => {
    addPictures(store, [...(capture.files ?? [])]);
    capture.value = '';
  });
}

async function startCamera(video: HTMLVideoElement): Promise<void> {
  // On phones, the one that looks away from the user.
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: { ideal: 'environment' } } });
  video.srcObject = stream;
  await video.play();
}

function stopCamera(video: HTMLVideoElement): void {
  if (!(video.srcObject instanceof MediaStream)) return;
  for (const track of video.srcObject.getTracks()) track.stop();
  video.srcObject = null;
}

async function photo(video: HTMLVideoElement): Promise<File> {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', 0.95));
  return new File(blob === null ? [] : [blob], 'photo.jpg', { type: 'image/jpeg' });
}
