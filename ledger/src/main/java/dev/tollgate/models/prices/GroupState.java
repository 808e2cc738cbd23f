package dev.tollgate.models.prices;

import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.storage.sql.Columns;
import dev.tollgate.storage.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The price groups as one server has read them. Immutable.
 *
 * @param seen the last sequence before which all rows were read
 * @param recorded the versions of prices that have rows; null while no call can come
 */
record GroupState(
        long seen, Map<String, Group> groups, @Nullable Set<String> recorded) {

    /** The state of a server that has read nothing. */
    static final GroupState NONE = new GroupState(0, Map.of(), null);

    private static final String SINCE = PriceGroups.COLUMNS + "sequence > ? ORDER BY sequence";

    /** A row: a version, or the end of a group's entries if that is null. */
    record Row(long sequence, String name, @Nullable GroupVersion version) {}

    /** Returns the rows that any server has added since. */
    List<Row> unread(Sql sql) throws SQLException {
        return sql.list(SINCE, GroupState::row, seen);
    }

    GroupState with(List<Row> rows) {
        Map<String, Group> all = new TreeMap<>(groups);
        long last = seen;
        for (Row row : rows) {
            last = row.sequence() == last + 1 ? row.sequence() : last;
            GroupVersion version = row.version();
            Group known = all.get(row.name());
            if (version != null) {
                List<GroupVersion> held = known == null ? List.of() : known.versions();
                all.put(
                        row.name(),
                        new Group(row.name(), Dated.merged(held, List.of(version)), known != null && known.closed()));
            } else if (known != null) {
                all.put(row.name(), new Group(row.name(), known.versions(), true));
            }
        }
        return new GroupState(last, all, recorded);
    }

    GroupState recording(@Nullable Set<String> versions) {
        return new GroupState(seen, groups, versions);
    }

    Collection<List<GroupVersion>> versions() {
        return groups.values().stream().map(Group::versions).toList();
    }

    /** Returns this state with what another one knows in addition, of groups and of their versions. */
    GroupState merged(GroupState other) {
        Map<String, Group> all = new TreeMap<>(groups);
        other.groups.forEach((name, group) -> all.merge(
                name,
                group,
                (one, two) ->
                        new Group(name, Dated.merged(one.versions(), two.versions()), one.closed() || two.closed())));
        return new GroupState(Math.max(seen, other.seen), all, recorded);
    }

    private static Row row(ResultSet row) throws SQLException {
        row.getLong(3);
        boolean isEnd = row.wasNull(); // of the column that was read last
        return new Row(row.getLong(1), row.getString(2), isEnd ? null : version(row));
    }

    /** Returns the version of a row of {@link PriceGroups#COLUMNS}. */
    static GroupVersion version(ResultSet row) throws SQLException {
        return new GroupVersion(
                row.getLong(1),
                row.getString(2),
                row.getLong(3),
                Columns.time(row, 4),
                Columns.timeOrNull(row, 5),
                GroupFactors.read(row.getString(6)));
    }
}
