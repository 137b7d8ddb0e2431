import type {
  DecryptedRoomEvent,
  MegolmDecryptionError,
  ShieldState,
} from '@matrix-org/matrix-sdk-crypto-wasm';
import type { JsonObject, Trust } from '@natter/core/model';
import { textOf, type CryptoModule, type Machine } from './crypto-module.ts';

/** What became of an encrypted event. */
export type Decryption =
  /** The event as it would be without encryption, and who vouches for it. */
  | { readonly event: JsonObject; readonly trust: Trust }
  /** Why not, in words for people, and whether a key that comes later would change it. */
  | { readonly reason: string; readonly mayHeal: boolean };

/** Decrypts an `m.room.encrypted` event of a room. Never rejects for what the event is. */
export async function decryptEvent(
  module: CryptoModule,
  machine: Machine,
  room: string,
  event: JsonObject,
): Promise<Decryption> {
  const settings = new module.DecryptionSettings(module.TrustRequirement.Untrusted);
  try {
    const decrypted = await machine.decryptRoomEvent(
      JSON.stringify(event),
      new module.RoomId(room),
      settings,
    );
    const trust = await trustOf(module, machine, decrypted);
    return { event: JSON.parse(decrypted.event) as JsonObject, trust };
  } catch (error) {
    if (error instanceof module.MegolmDecryptionError) return refusal(module, error);
    return { reason: `it is damaged: ${textOf(error)}`, mayHeal: false };
  }
}

/**
 * Who vouches for a message: strictly nothing to object to means that the user has verified the sender. A key that did
 * not come from the sender's own device (out of a backup, say) proves nothing about the sender, and nobody vouches for what
 * comes with an identity that is not the one that the user has verified.
 */
async function trustOf(
  module: CryptoModule,
  machine: Machine,
  decrypted: DecryptedRoomEvent,
): Promise<Trust> {
  const { ShieldColor, ShieldStateCode } = module;
  const strict: ShieldState = decrypted.shieldState(true);
  if (strict.color === ShieldColor.None) return 'e2ee-verified';
  const { code } = decrypted.shieldState(false);
  switch (code) {
    // Somebody whom the user has verified has another identity now, or passes off a key of somebody else as their own.
    case ShieldStateCode.VerificationViolation:
    case ShieldStateCode.MismatchedSender:
      return 'none';
    case ShieldStateCode.AuthenticityNotGuaranteed:
      return 'server';
    default:
      return (await isOfVerifiedDevice(machine, decrypted)) ? 'e2ee-verified' : 'e2ee';
  }
}

/** A key keeps how its sender stood when it came; the user may have verified the device that sent it since then. */
async function isOfVerifiedDevice(machine: Machine, decrypted: DecryptedRoomEvent): Promise<boolean> {
  const { sender, senderDevice, senderCurve25519Key } = decrypted;
  if (senderDevice === undefined) return false;
  const device = await machine.getDevice(sender, senderDevice);
  return device?.isVerified() === true && device.curve25519Key?.toBase64() === senderCurve25519Key;
}

function refusal(module: CryptoModule, error: MegolmDecryptionError): Decryption {
  const { DecryptionErrorCode } = module;
  const { code, maybe_withheld: withheld } = error;
  if (withheld !== undefined)
    return { reason: `the sender did not give us the key: ${withheld}`, mayHeal: true };
  switch (code) {
    case DecryptionErrorCode.MissingRoomKey:
      return { reason: 'the key has not come yet', mayHeal: true };
    case DecryptionErrorCode.UnknownMessageIndex:
      return { reason: 'it was sent before this device was given the key', mayHeal: true };
    case DecryptionErrorCode.MismatchedIdentityKeys:
      return { reason: 'the key is not of the device that it claims to be of', mayHeal: false };
    case DecryptionErrorCode.SenderIdentityVerificationViolation:
      return { reason: 'the sender was verified and has another identity now', mayHeal: true };
    case DecryptionErrorCode.UnknownSenderDevice:
    case DecryptionErrorCode.UnsignedSenderDevice:
      return { reason: 'the device that sent it is not vouched for by its owner', mayHeal: true };
    case DecryptionErrorCode.UnableToDecrypt:
      return { reason: `it cannot be decrypted: ${textOf(error.description)}`, mayHeal: false };
    default:
      return { reason: `it cannot be decrypted: ${textOf(error.description)}`, mayHeal: true };
  }
}
