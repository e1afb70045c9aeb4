"""Three people in a chat room: a Condition guards what was said, and tells each of what is new."""

import asyncio


class Room:
    def __init__(self):
        self.changed = asyncio.Condition()
        self.lines = []
        self.is_over = False


async def speak(room, line):
    async with room.changed:
        if line is None:
            room.is_over = True
        else:
            room.lines.append(line)
        room.changed.notify_all()


async def listen(room, busy):
    name, heard = asyncio.current_task().get_name(), 0
    while True:
        async with room.changed:
            await room.changed.wait_for(lambda: room.is_over or len(room.lines) > heard)
            for line in room.lines[heard:]:
                print(f"{name} hears {line}")
            if room.is_over:
                print(f"{name} leaves, and has heard {len(room.lines)} lines.")
                return
            heard = len(room.lines)
        await asyncio.sleep(busy)


async def main():
    room = Room()
    async with asyncio.TaskGroup() as people:
        for name, busy in ("Ann", 0), ("Bob", 3), ("Cem", 0):
            people.create_task(listen(room, busy), name=name)
        for name, line in ("Ann", "Hello?"), ("Cem", "Hello, Ann."), ("Bob", "Who is Ann?"), ("Ann", "Me!"):
            await asyncio.sleep(1)
            await speak(room, f"{name}: {line}")
        await speak(room, None)


asyncio.run(main())
