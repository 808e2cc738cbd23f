package dev.tollgate.models.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.models.prices.GroupRows.GroupPrice;
import dev.tollgate.models.prices.GroupState.Row;
import dev.tollgate.models.prices.PriceGroups.Changed;
import dev.tollgate.models.prices.PriceGroups.Group;
import dev.tollgate.storage.Statements;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A change of a price group, which another server may have changed before. */
abstract class GroupChange extends PriceChange<Outcome<Changed>> {

    private static final String LAST = "SELECT COALESCE(MAX(sequence), 0) FROM price_group";
    private static final String LAST_NUMBER = "SELECT COALESCE(MAX(number), 0) FROM price_group WHERE name = ?";
    private static final String INSERT =
            "INSERT INTO price_group (sequence, name, number, created_at, from_at, body) VALUES (?, ?, ?, ?, ?, ?)";

    final PriceGroups groups;
    final String name;
    final Instant at;

    /** The rows that it has written. */
    final List<Row> rows = new ArrayList<>();

    final List<GroupPrice> added = new ArrayList<>();

    private GroupChange(PriceGroups groups, String name, Instant at) {
        super(Table.GROUP);
        this.groups = groups;
        this.name = name;
        this.at = at;
    }

    @Override
    void committed() {
        groups.take(rows, added);
    }

    @Override
    protected final Outcome<Changed> run(Statements statements) throws SQLException {
        rows.clear();
        added.clear();
        return change(statements);
    }

    abstract Outcome<Changed> change(Statements statements) throws SQLException;

    void insert(Statements statements, Row row) throws SQLException {
        GroupVersion version = row.version();
        statements.run(
                INSERT,
                row.sequence(),
                row.name(),
                version == null ? null : version.number(),
                at,
                version == null ? null : version.from(),
                version == null ? null : version.factors().body());
        rows.add(row);
    }

    /** Adds a version to a group, which it makes if there is none. */
    static final class SetGroup extends GroupChange {

        private final GroupFactors factors;
        private final @Nullable Instant from;
        private final @Nullable Long looked;

        SetGroup(
                PriceGroups groups,
                String name,
                GroupFactors factors,
                @Nullable Instant from,
                @Nullable Long looked,
                Instant at) {
            super(groups, name, at.truncatedTo(ChronoUnit.MILLIS)); // as other servers read it
            this.factors = factors;
            this.from = from;
            this.looked = looked;
        }

        @Override
        Outcome<Changed> change(Statements statements) throws SQLException {
            GroupState now = groups.present(statements);
            Group before = now.groups().get(name);
            long number = statements.number(LAST_NUMBER, name);
            if (looked != null && looked != number) {
                return Outcome.refused(
                        409,
                        sentence(
                                "Another operator has changed the price group {group}. Its newest version is {version} now.",
                                name,
                                Long.toString(number)));
            }
            if (before == null && now.groups().size() >= PriceGroups.GROUPS_MAX) {
                return Outcome.refused(
                        409,
                        sentence("There are {max} price groups, the most.", Integer.toString(PriceGroups.GROUPS_MAX)));
            }
            Instant earliest = before == null ? at : earliest(statements, before);
            if (before != null && isSame(before.newest(), earliest)) {
                return new Outcome.Done<>(new Changed(before, before, List.of()));
            }
            if (from != null && from.isBefore(earliest)) {
                return new Outcome.Refused<>(Dated.tooEarly(from, earliest));
            }
            Instant since = from == null && earliest.isAfter(at) ? earliest : from;
            long sequence = statements.number(LAST) + 1;
            Row row = new Row(sequence, name, new GroupVersion(sequence, name, number + 1, at, since, factors));
            Group after = Objects.requireNonNull(now.with(List.of(row)).groups().get(name));
            ApiError refusal = addPrices(statements, after);
            if (refusal != null) {
                return new Outcome.Refused<>(refusal);
            }
            insert(statements, row);
            return new Outcome.Done<>(new Changed(before, after, withdrawn(before, after)));
        }

        /** Returns the earliest time of a new version: now, or later if the clock was set back. */
        private Instant earliest(Statements statements, Group before) throws SQLException {
            return Dated.earliest(before.versions(), NewestCall.ofGroup(statements, name, at));
        }

        private boolean isSame(GroupVersion newest, Instant earliest) {
            return newest.factors().equals(factors)
                    && (from == null ? !newest.since().isAfter(earliest) : from.equals(newest.since()));
        }

        private List<GroupVersion> withdrawn(@Nullable Group before, Group after) {
            return before == null
                    ? List.of()
                    : before.after(at).stream()
                            .filter(version -> !after.versions().contains(version))
                            .toList();
        }

        private @Nullable ApiError addPrices(Statements statements, Group after) throws SQLException {
            try {
                Map<String, GroupPrice> wanted =
                        GroupRows.from(at, groups.prices().models(statements), List.of(after.versions()));
                return PriceGroups.add(statements, wanted.values(), at, added);
            } catch (IllegalArgumentException e) {
                return GroupRows.refused(Mistake.of(e));
            }
        }
    }

    /** Closes a group. */
    static final class CloseGroup extends GroupChange {

        CloseGroup(PriceGroups groups, String name, Instant at) {
            super(groups, name, at);
        }

        @Override
        Outcome<Changed> change(Statements statements) throws SQLException {
            Group before = groups.present(statements).groups().get(name);
            if (before == null) {
                return new Outcome.Refused<>(PriceGroups.noGroup(name));
            }
            if (before.closed()) {
                return new Outcome.Done<>(new Changed(before, before, List.of()));
            }
            insert(statements, new Row(statements.number(LAST) + 1, name, null));
            return new Outcome.Done<>(new Changed(before, new Group(name, before.versions(), true), List.of()));
        }
    }
}
