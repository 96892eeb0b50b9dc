"""What a broken program could leave behind, and the check that must see it."""

ONE = "where ctid = (select min(ctid) from {table})"

# (check, what, SQL)
DAMAGE = [
    ("keys", "a key is missing", "delete from event_key " + ONE.format(table="event_key")),
    ("keys", "a key too many", "insert into event_key (namespace, key, digest, batch_id) "
                               "select 'default', gen_random_uuid(), digest, batch_id from event_key limit 1"),
    ("raw_events", "an event is lost", "delete from raw_event " + ONE.format(table="raw_event")),
    ("raw_events", "an event is stored twice", "insert into raw_event select * from raw_event limit 1"),
    ("places", "a key names another batch",
     "update event_key set batch_id = batch_id + 1 " + ONE.format(table="event_key")),
    ("totals", "a sum is a millionth too high", "update usage_total set value_sum = value_sum + 0.000001 where ctid = "
                                                "(select min(ctid) from usage_total where meter = 'bandwidth')"),
    ("totals", "a count is one too low",
     "update usage_total set event_count = event_count - 1 " + ONE.format(table="usage_total")),
    ("recomputed", "an event has another quantity",
     "update raw_event set data = replace(data, 'bytes\":', 'bytes\":1') where ctid = "
     "(select min(ctid) from raw_event where type = 'bandwidth' and data not like '%bytes\":\"%')"),
    ("conservation", "a batch has received more than it says", "update ingest_batch set duplicate = duplicate + 1, "
                                                               "counted = counted - 1 " + ONE.format(table="ingest_batch")),
    ("conservation", "a tally is lost", "delete from ingest_tally where counted > 0"),
    ("quarantine", "a refused event has gone", "delete from quarantine " + ONE.format(table="quarantine")),
    ("billed", "a line is a cent too high",
     "update document_line set amount = amount + 0.01 " + ONE.format(table="document_line")),
    ("billed", "a batch is in no cut", "update ingest_batch set cut = null " + ONE.format(table="ingest_batch")),
]


def unseen(cluster, database, found_by):
    """Does each damage to a copy of the database, and gives what no check has seen; `found_by(conninfo)` judges."""
    missed = []
    for check, what, sql in DAMAGE:
        conninfo = cluster.create("damaged", template=database)
        cluster.sql("damaged", f"set session_replication_role = replica; {sql}", user="postgres")
        if not any(line.startswith(f"{check}: ") for line in found_by(conninfo)):
            missed.append(f"{check} does not see: {what}")
        cluster.drop("damaged")
    return missed
