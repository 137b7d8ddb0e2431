"""matrix-nio as a client of the same homeserver: enters a room, says things of several kinds, and prints what it hears."""

import asyncio
import json
import sys

from nio import AsyncClient, RoomMessageText, RoomSendResponse, UploadResponse


async def main(url, user, password, room):
    client = AsyncClient(url, user)
    await client.login(password)
    await client.join(room)
    await client.sync(timeout=1000, full_state=True)

    async def say(kind, content):
        answer = await client.room_send(room, kind, content)
        assert isinstance(answer, RoomSendResponse), answer
        return answer.event_id

    html = {"format": "org.matrix.custom.html", "formatted_body": "hello from <strong>nio</strong>"}
    first = await say("m.room.message", {"msgtype": "m.text", "body": "hello from nio", **html})
    await say("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": first, "key": "👍"}})
    new = {"msgtype": "m.text", "body": "hello again"}
    relation = {"rel_type": "m.replace", "event_id": first}
    await say("m.room.message", {"msgtype": "m.text", "body": "* hello again", "m.new_content": new, "m.relates_to": relation})
    uploaded, _ = await client.upload(lambda *_: b"some bytes", content_type="text/plain", filename="a.txt", filesize=10)
    assert isinstance(uploaded, UploadResponse), uploaded
    file = {"msgtype": "m.file", "body": "a.txt", "url": uploaded.content_uri, "info": {"size": 10, "mimetype": "text/plain"}}
    await say("m.room.message", file)
    gone = await say("m.room.message", {"msgtype": "m.notice", "body": "gone soon"})
    await client.room_redact(room, gone, "a mistake")
    await client.room_read_markers(room, gone, gone)

    def hear(_, event):
        if event.sender == client.user_id:
            return
        source = event.source["content"]
        print(json.dumps({"body": event.body, "html": event.formatted_body, "relates": source.get("m.relates_to")}), flush=True)
        if event.body == "bye":
            asyncio.get_event_loop().stop()

    client.add_event_callback(hear, RoomMessageText)
    print(json.dumps({"said": first}), flush=True)
    await client.sync_forever(timeout=5000)


try:
    asyncio.run(main(*sys.argv[1:]))
except RuntimeError:
    pass  # the loop was stopped by a goodbye
