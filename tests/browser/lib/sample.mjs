// Usage of the present month, so that the pages of acme have something to show.
const gigabyte = 1_073_741_824;

/** A day of the present month as `YYYY-MM-DD`. */
function dayOf(now, day) {
  return `${now.toISOString().slice(0, 8)}${String(day).padStart(2, '0')}`;
}

/** Sends some events for each day of the month up to now; the same figures every time. */
export async function fill(world) {
  const { secret } = await world.makeKey('sample of the month');
  const now = new Date();
  const events = [];
  for (let day = 1; day <= now.getUTCDate(); day += 1) {
    for (const hour of [3, 9, 15, 21]) {
      const time = new Date(`${dayOf(now, day)}T${String(hour).padStart(2, '0')}:12:00Z`);
      if (time > now) continue;
      const weight = 40 + ((day * 37 + hour * 11) % 55);
      const event = { specversion: '1.0', source: '/gateway/7', subject: 'acme', time: time.toISOString() };
      events.push(
        { ...event, id: `b-${day}-${hour}`, type: 'bandwidth', data: { bytes: (weight * gigabyte) / 256 } },
        { ...event, id: `s-${day}-${hour}`, type: 'storage', data: { bytes: (300 + weight + day) * 1_048_576 } },
        { ...event, id: `c-${day}-${hour}`, type: 'cartridge', data: { hours: weight % 7 } },
      );
    }
  }
  await world.send(secret, events);
}
