"""A Matrix client that is not ours, on matrix-nio: commands as JSON lines on stdin, events as JSON lines on stdout."""
import asyncio, io, json, sys, tempfile, urllib.request
from nio import (AsyncClient, AsyncClientConfig, InviteMemberEvent, KeyVerificationCancel, KeyVerificationKey,
                 KeyVerificationMac, KeyVerificationStart, LocalProtocolError, MegolmEvent, RoomEncryptedFile,
                 RoomMessageText)
from nio.crypto import decrypt_attachment

url, user, password = sys.argv[1:4]


def tell(**event):
    print(json.dumps(event), flush=True)


async def main():
    config = AsyncClientConfig(encryption_enabled=True, store_sync_tokens=False)
    client = AsyncClient(url, user, store_path=tempfile.mkdtemp(), config=config)
    await client.login(password, device_name="nio")

    async def invited(room, event):
        await client.join(room.room_id)

    async def said(room, event):
        if event.sender != client.user_id:
            tell(event="text", body=event.body, encrypted=event.decrypted, room=room.room_id)

    async def unread(room, event):
        tell(event="unreadable", sender=event.sender)

    async def given(room, event):
        if event.sender == client.user_id:
            return
        # This nio does not know authenticated media.
        where = f"{url}/_matrix/client/v1/media/download/{event.url.removeprefix('mxc://')}"
        request = urllib.request.Request(where, headers={"Authorization": f"Bearer {client.access_token}"})
        sealed = await asyncio.to_thread(lambda: urllib.request.urlopen(request).read())
        opened = decrypt_attachment(sealed, event.key["k"], event.hashes["sha256"], event.iv)
        tell(event="file", name=event.body, bytes=opened.decode("latin1"))

    async def verification(event):
        if isinstance(event, KeyVerificationStart):
            await client.accept_key_verification(event.transaction_id)
            sas = client.key_verifications[event.transaction_id]
            await client.to_device(sas.share_key())
        elif isinstance(event, KeyVerificationKey):
            sas = client.key_verifications[event.transaction_id]
            tell(event="emoji", symbols=[symbol for symbol, _ in sas.get_emoji()])
        elif isinstance(event, KeyVerificationMac):
            sas = client.key_verifications[event.transaction_id]
            if not sas.canceled:
                tell(event="verified", device=sas.other_olm_device.id)
        elif isinstance(event, KeyVerificationCancel):
            tell(event="cancelled", reason=event.reason)

    client.add_event_callback(invited, InviteMemberEvent)
    client.add_event_callback(said, RoomMessageText)
    client.add_event_callback(unread, MegolmEvent)
    client.add_event_callback(given, RoomEncryptedFile)
    client.add_to_device_callback(verification, (KeyVerificationStart, KeyVerificationKey, KeyVerificationMac,
                                                 KeyVerificationCancel))

    async def send(room, content):
        await client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)

    async def do(command):
        what = command["do"]
        if what == "say":
            await send(command["room"], {"msgtype": "m.text", "body": command["body"]})
        elif what == "give":
            data = command["bytes"].encode("latin1")
            answer, keys = await client.upload(lambda *_: io.BytesIO(data), encrypt=True, filesize=len(data))
            await send(command["room"], {"msgtype": "m.file", "body": command["name"],
                                         "file": {"url": answer.content_uri, **keys},
                                         "info": {"size": len(data), "mimetype": "text/plain"}})
        elif what == "verify":
            devices = [device for device in client.device_store.active_user_devices(command["user"])]
            await client.start_key_verification(devices[0])
        elif what == "match":
            transaction = list(client.key_verifications)[-1]
            await client.confirm_short_auth_string(transaction)

    async def commands():
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            try:
                await do(json.loads(line))
            except (LocalProtocolError, KeyError, IndexError) as error:
                tell(event="failed", why=repr(error))

    await client.sync(timeout=0, full_state=True)
    tell(event="ready", device=client.device_id)
    following = asyncio.create_task(client.sync_forever(timeout=5000))
    await commands()
    following.cancel()
    await client.close()


asyncio.run(main())
