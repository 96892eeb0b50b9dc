"""What a statement must be like to run where tables are spread by customer (sql/README.md), judged by its plan.

PostgreSQL plans the statement for any parameters, and the plan says which tables meet under which conditions. A rule that
a statement breaks is named. The rules are what Citus 13 takes, and what stays right there (docs/citus.md).
"""

import re
from pathlib import Path

CONDITIONS = ("Index Cond", "Filter", "Recheck Cond", "Hash Cond", "Merge Cond", "Join Filter", "One-Time Filter")
GATHERING = ("Aggregate", "Group", "Limit", "Unique")
JOINS = ("Nested Loop", "Hash Join", "Merge Join")
TERM = r'(\w+)\.(\w+)'


def placements(source):
    """Each table with its kind, as the program has them."""
    text = (Path(source) / "src/store/placement.cpp").read_text(encoding="utf-8")
    return dict(re.findall(r'\{"(\w+)", (k\w+)\}', text))


class Groups:
    """What is known to be equal."""

    def __init__(self):
        self._parent = {}

    def values(self):
        """Those that are no column: parameters and constants."""
        return [name for name in self._parent if "." not in name]

    def find(self, name):
        while self._parent.get(name, name) != name:
            name = self._parent[name]
        return name

    def unite(self, one, other):
        for name in (one, other):
            self._parent.setdefault(name, name)
        self._parent[self.find(one)] = self.find(other)

    def same(self, one, other):
        return self.find(one) == self.find(other)


class Plan:
    """A plan with the tables of customers in it. `columns` has the column by which each such table is spread."""

    def __init__(self, root, columns):
        self._columns = columns
        self.spread = {}      # alias → table
        self.bound = set()    # aliases whose customers are given
        self.written = []     # tables
        self.locked = set()   # aliases whose rows are locked
        self._equal = Groups()    # over whatever lies between
        self._direct = Groups()   # tables of customers only, and single values
        self._joins = []      # (kind, aliases of one side, aliases of the other)
        self._subplans = []   # (aliases inside, aliases outside)
        self._insert_sources = []
        self.functions = set()
        self._derived = set()  # subqueries over what is spread
        self._conditions = []
        self.aliases = self._walk(root)
        for text in self._conditions:
            self._read(text)

    def _walk(self, node, correlated=False):
        """Collects the node and what is below; gives the aliases of what is spread, without that of CTEs and of what is
        gathered before it goes on. `correlated`: inside a subquery that is asked for each row."""
        kind = node["Node Type"]
        alias = node.get("Alias")
        table = node.get("Relation Name")
        own = set()
        if kind == "ModifyTable":
            self.written.append(table)
        elif table in self._columns:
            self.spread[alias] = table
            own.add(alias)
        elif kind == "Function Scan":
            self.functions.add(alias)
        self._conditions += [str(node[key]) for key in CONDITIONS if key in node]
        sides, inner = [], []
        for child in node.get("Plans", []):
            role = child.get("Parent Relationship")
            found = self._walk(child, correlated or role == "SubPlan")
            if role == "InitPlan":
                is_cte = child.get("Subplan Name", "").startswith("CTE")
                own |= found if correlated and not is_cte else set()
            elif role == "SubPlan":
                inner.append(found)
            else:
                sides.append(found)
                own |= found
        if kind in JOINS and len(sides) == 2:
            self._joins.append((node.get("Join Type"), *sides))
        if kind == "Subquery Scan":
            if not own and "'Function Scan'" in str(node):
                self.functions.add(alias)
            for each in own:
                self._derived.add(alias)
                for groups in (self._equal, self._direct):
                    groups.unite(f"{alias}.customer_id", self._key(each))
        for found in inner:
            self._subplans.append((found, set(own)))
            own |= found
        if kind in GATHERING and own and not correlated:
            grouped = " ".join(node.get("Group Key", []))
            if not any(self._key(each) in grouped for each in own):
                own = set()
        if kind == "LockRows" and own:
            self.locked |= own
        if kind == "ModifyTable" and node.get("Operation") == "Insert" and table in self._columns:
            self._insert_sources.append(set(own))
        return own

    def _key(self, alias):
        return f"{alias}.{self._columns[self.spread[alias]]}"

    def _is_key(self, alias, column):
        return alias in self.spread and self._columns[self.spread[alias]] == column

    def _read(self, text):
        for one, left, other, right in re.findall(rf"{TERM}\)? = \(?{TERM}", text):
            if left != right or not (self._is_key(one, left) or self._is_key(other, right) or left == "customer_id"):
                continue
            self._equal.unite(f"{one}.{left}", f"{other}.{right}")
            if {one, other} <= {*self.spread, *self._derived}:
                self._direct.unite(f"{one}.{left}", f"{other}.{right}")
        for one, left, value in re.findall(rf"{TERM} = (\$\d+|'\d+'::bigint|\d+)", text):
            self._equal.unite(f"{one}.{left}", value)
            self._direct.unite(f"{one}.{left}", value)
        self.bound |= {one for one, left in re.findall(rf"{TERM} = ANY \((?:\$|'|\(hashed)", text) if self._is_key(one, left)}

    def is_bound(self, alias):
        """Whether the statement says whose rows it wants: by values, or by rows of an array."""
        key = self._key(alias)
        if any(self._equal.same(key, self._key(other)) for other in self.bound):
            return True
        values = self._equal.values()
        rows = [f"{name}.{self._columns[self.spread[alias]]}" for name in self.functions]
        return any(self._equal.same(key, name) for name in values + rows)

    def _meet(self, groups, left, right):
        return any(groups.same(self._key(a), self._key(b)) for a in left for b in right)

    def writes_spread(self):
        """Whether it writes a table that is spread."""
        return any(table in self._columns for table in self.written)

    def faults(self):
        for kind, left, right in self._joins:
            if left and right and not self._meet(self._equal, left, right):
                yield f"{sorted(left)} meet {sorted(right)} without their customer"
            elif right and kind in ("Semi", "Anti") and not self._meet(self._direct, left, right):
                yield f"the exists over {sorted(right)} names its customer by what is not a table of customers"
            elif left and right and kind != "Inner" and not self._meet(self._direct, left, right):
                yield f"the outer join with {sorted(right)} names its customer by what is not a table of customers"
        for inside, outside in self._subplans:
            if inside and not self._meet(self._direct, inside, outside):
                yield f"the subquery over {sorted(inside)} does not name the customer of a table outside"
        if len(self.written) > 1 and self.writes_spread():
            yield f"writes {' and '.join(self.written)} at once"
        for sources in self._insert_sources:
            if sources and self.functions:
                yield f"inserts rows of arrays joined with {sorted(sources)}"
        if not all(any(self._direct.same(self._key(alias), value) for value in self._direct.values())
                   for alias in self.locked):
            yield "locks rows of more than one customer"


def text_faults(sql, plan, volatile):
    """What the text says and the plan does not."""
    if not plan.spread and not plan.written:
        return
    text = re.sub(r"'[^']*'", "''", sql.lower())
    if plan.spread and plan.functions and re.search(r"\blateral\b", text):
        yield "is lateral over rows of an array"
    settled = re.search(r"\bon conflict\b.*?\bdo update\b(.*)", text, re.S)
    if plan.writes_spread() and plan.functions and settled and "$" in settled[1]:
        yield "settles a conflict by an argument: the nodes are sent all arguments, and cannot tell the others' types"
    called = set(re.findall(r"\b(\w+)\s*\(", text)) & volatile
    if called:
        yield f"calls {', '.join(sorted(called))}, which gives another value each time"
    if plan.spread and re.search(r"\bpg_stat_|\bpg_locks\b", text):
        yield "reads a view of the server beside tables of customers"


def columns_of(kinds):
    return {table: "customer_id" if kind == "kByCustomer" else "key"
            for table, kind in kinds.items() if kind in ("kByCustomer", "kByKey")}
