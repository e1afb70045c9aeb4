"""A pedestrian waits for an Event, and the traffic light sets it after two seconds."""

import asyncio


async def pedestrian(light):
    print("Pedestrian is waiting for the signal.")
    await light.wait()
    print("Pedestrian crosses the street.")


async def traffic_light(light):
    print("Traffic light is red.")
    await asyncio.sleep(2)
    print("Traffic light turns green.")
    light.set()


async def main():
    light = asyncio.Event()
    await asyncio.gather(pedestrian(light), traffic_light(light))


asyncio.run(main())
