/**
 * A short, soft sound of two notes. Made by the browser, so that nothing has to be loaded.
 *
 * @module
 */

/** Pitches in hertz: a fourth up. */
const NOTES = [660, 880] as const;
const NOTE_S = 0.14;
const LOUDNESS = 0.08;

let context: AudioContext | undefined;

/** Plays it, if the browser lets a page that was used before make sounds. */
export function chime(): void {
  context ??= new AudioContext();
  const audio = context;
  audio.resume().catch(() => undefined);
  NOTES.forEach((pitch, place) => {
    const at = audio.currentTime + place * NOTE_S;
    const tone = new OscillatorNode(audio, { frequency: pitch, type: "sine" });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(LOUDNESS, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 2 * NOTE_S);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 2 * NOTE_S);
  });
}
