package dev.tollgate.models.prices;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.Mistake;
import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.json.MessageText;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.Model;
import dev.tollgate.models.PriceSchedule;
import dev.tollgate.models.SoldTo;
import dev.tollgate.models.prices.GroupRows.Compared;
import dev.tollgate.models.prices.GroupRows.GroupPrice;
import dev.tollgate.storage.CannotOpen;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.Writer;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The price groups (Z1): the rows of their versions, the changes that add one, and the catalogue at a group's prices. Thread-safe; a look-up does not
 * block.
 */
public final class PriceGroups {

    /** The most groups; a closed one counts. */
    public static final int GROUPS_MAX = 200;

    /** The most versions of a group on one page. */
    public static final int PAGE_MAX = 200;

    /** Names of groups. */
    public static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,31}");

    private static final Logger log = LoggerFactory.getLogger(PriceGroups.class);

    /** The most rows that a start adds in one commit. */
    private static final int ROWS_MAX = 1_000;

    static final String COLUMNS = "SELECT sequence, name, number, created_at, from_at, body FROM price_group WHERE ";
    private static final String OF_GROUP = COLUMNS + "name = ? AND number < ? ORDER BY number DESC LIMIT ?";
    private static final String THEN = COLUMNS
            + "name = ? AND number IS NOT NULL AND COALESCE(from_at, created_at) <= ? ORDER BY sequence DESC LIMIT 1";
    private static final String ONE = COLUMNS + "name = ? AND number = ?";

    private final Database database;
    private final SetPrices prices;
    private final Map<String, Sold> sold = new ConcurrentHashMap<>();
    private volatile Catalogue standard = Catalogue.NONE;
    private volatile GroupState state = GroupState.NONE;
    private volatile Object recordedFor = new Object();

    /**
     * A group.
     *
     * @param versions in force now or later, and those that a call may have that is still arriving; as {@link Dated#merged} returns them
     * @param closed whether no further account may enter it
     */
    public record Group(String name, List<GroupVersion> versions, boolean closed) {

        public Offer offer() {
            return Offer.of(closed);
        }

        /** Returns the version in force at a time; null before the first one. */
        public @Nullable GroupVersion at(Instant when) {
            return Dated.at(versions, when);
        }

        /** Returns the version that was set last. */
        public GroupVersion newest() {
            return versions.getLast();
        }

        /** Returns the versions that come into force after a time. */
        public List<GroupVersion> after(Instant when) {
            return versions.stream()
                    .filter(version -> version.since().isAfter(when))
                    .toList();
        }
    }

    /** The catalogue at a group's prices, as long as nothing of which it was made has changed. */
    private record Sold(
            Object base,
            List<GroupVersion> versions,
            @Nullable Set<String> recorded,
            Catalogue catalogue) {

        boolean isOf(Object nowBase, List<GroupVersion> nowVersions, @Nullable Set<String> nowRecorded) {
            return base == nowBase && versions == nowVersions && recorded == nowRecorded;
        }
    }

    PriceGroups(Database database, SetPrices prices) {
        this.database = database;
        this.prices = prices;
    }

    // ---- reads ----

    /** Returns all groups by name, without {@link SoldTo#STANDARD}. Does not block. */
    public Map<String, Group> all() {
        return state.groups();
    }

    /** Returns a group; null if there is none of this name. Does not block. */
    public @Nullable Group find(String name) {
        return state.groups().get(name);
    }

    /**
     * Returns the versions of a group, the newest first. Blocks.
     *
     * @param before the last number of the previous page; {@link Long#MAX_VALUE} for the newest
     * @param limit 1 to {@value #PAGE_MAX}, or one more, to see whether the list continues
     */
    public List<GroupVersion> versions(String name, long before, int limit) {
        return database.read(sql -> sql.list(OF_GROUP, GroupState::version, name, before, limit));
    }

    /** Returns a version by group and number as they are in a price's name; null if there is none. Blocks. */
    public @Nullable GroupVersion version(String mark) {
        String name = GroupVersion.nameOf(mark);
        String digits = mark.substring(mark.lastIndexOf('.') + 1);
        return digits.matches("[0-9]{1,18}")
                ? database.read(sql -> sql.one(ONE, GroupState::version, name, Long.parseLong(digits)))
                : null;
    }

    /** Returns the version of a group that was in force at any past time; null before the first one. Blocks. */
    @Nullable
    GroupVersion versionThen(String name, Instant when) {
        return database.read(sql -> sql.one(THEN, GroupState::version, name, when));
    }

    /** Returns the catalogue at a group's prices; the standard one if the group is not known. */
    Catalogue catalogue(String name) {
        GroupState now = state;
        Group group = now.groups().get(name);
        if (group == null) {
            return standard;
        }
        Catalogue base = standard;
        Object of = base.state();
        Sold made = sold.get(name);
        if (made == null || !made.isOf(of, group.versions, now.recorded())) {
            made = new Sold(of, group.versions, now.recorded(), base.with(model -> sold(model, group, now.recorded())));
            sold.put(name, made);
        }
        return made.catalogue;
    }

    /** Returns the standard catalogue at the prices of factors that are not set. */
    public Catalogue preview(GroupFactors factors) {
        GroupVersion version = new GroupVersion(1, "preview", 1, Instant.MIN, null, factors);
        return standard.with(model ->
                model.atPrices(GroupVersion.prices(model.id(), model.prices(), List.of(version), any -> true)));
    }

    private static Model sold(Model model, Group group, @Nullable Set<String> recorded) {
        return model.atPrices(GroupVersion.prices(
                model.id(), model.prices(), group.versions, name -> recorded == null || recorded.contains(name)));
    }

    // ---- what other servers have set ----

    /** Applies the groups to a catalogue, and all later versions. Blocks. */
    void applyTo(Catalogue catalogue) {
        standard = catalogue;
        List<GroupState.Row> rows = database.read(state::unread);
        synchronized (this) {
            state = state.with(rows);
        }
    }

    /**
     * Records the prices of this server's catalogue in all groups, and from now on uses those alone that are recorded. Blocks.
     *
     * @throws CannotOpen if a version has another price than it had, or a rate is too high
     */
    void record(Writer writer, Instant now) {
        GroupState before = state;
        GroupState read = before.with(database.read(before::unread));
        Object base = standard.state();
        Map<String, GroupPrice> wanted = wanted(read, now);
        List<String> other = add(writer, wanted, Set.of(), now);
        if (!other.isEmpty()) {
            throw new CannotOpen("The price version '" + other.getFirst()
                    + "' means another price in this installation. Give the standard price a new version.");
        }
        publish(before, read, wanted.keySet());
        recordedFor = base;
    }

    /** Applies versions and prices that any server has set since the last call, once all prices that they make have rows. Blocks. */
    void look(Writer writer, Instant now) {
        GroupState before = state;
        Object base = standard.state();
        List<GroupState.Row> rows = database.read(before::unread);
        if (rows.isEmpty() && base == recordedFor) {
            return;
        }
        GroupState read = before.with(rows);
        Map<String, GroupPrice> wanted = wanted(read, now);
        Set<String> recorded = before.recorded() == null ? Set.of() : before.recorded();
        for (String version : add(writer, wanted, recorded, now)) {
            wanted.remove(version);
            log.error("the price version {} means another price in this installation: the former price stays", version);
        }
        publish(before, read, wanted.keySet());
        recordedFor = base;
    }

    private Map<String, GroupPrice> wanted(GroupState read, Instant now) {
        try {
            return GroupRows.from(now.minus(Dated.OPEN_MAX), standard.all(), read.versions());
        } catch (IllegalArgumentException e) {
            throw new CannotOpen(e.getMessage() + " Lower the price, or the factor.", e);
        }
    }

    /** Adds rows that are missing. @return versions whose rows have other terms */
    private List<String> add(Writer writer, Map<String, GroupPrice> wanted, Set<String> recorded, Instant now) {
        List<GroupPrice> unknown = wanted.values().stream()
                .filter(price -> !recorded.contains(price.pricing().version()))
                .toList();
        Compared compared = database.read(sql -> GroupRows.compare(sql, unknown));
        List<String> other = new ArrayList<>(compared.other());
        List<GroupPrice> missing = compared.missing();
        for (int i = 0; i < missing.size(); i += ROWS_MAX) {
            AddGroupPrices rows = new AddGroupPrices(missing.subList(i, Math.min(missing.size(), i + ROWS_MAX)), now);
            writer.commitAndWait(Unit.of(rows));
            other.addAll(rows.outcome());
        }
        return other;
    }

    private synchronized void publish(GroupState before, GroupState read, Set<String> recorded) {
        Set<String> all = new HashSet<>(recorded);
        if (state != before) { // a change of this server came in between
            Set<String> own = state.recorded();
            all.addAll(own == null ? Set.of() : own);
            state = read.merged(state).recording(Set.copyOf(all));
        } else {
            state = read.recording(Set.copyOf(all));
        }
    }

    // ---- changes ----

    /** Returns the groups with what any server has added since. */
    GroupState present(Statements statements) throws SQLException {
        GroupState known = state;
        return known.with(known.unread(statements));
    }

    /** Returns the prices of the models, from which groups' prices are made. */
    SetPrices prices() {
        return prices;
    }

    /** Applies what a committed change has written. */
    synchronized void take(List<GroupState.Row> rows, List<GroupPrice> added) {
        recorded(added);
        state = state.with(rows);
    }

    /** Applies standard prices that this server has set, and uses their prices in groups. */
    void committed(List<SetPrices.PriceVersion> versions, List<GroupPrice> added) {
        recorded(added);
        prices.committed(versions);
    }

    private synchronized void recorded(List<GroupPrice> added) {
        Set<String> recorded = state.recorded();
        if (recorded != null && !added.isEmpty()) {
            Set<String> all = new HashSet<>(recorded);
            added.forEach(price -> all.add(price.pricing().version()));
            state = state.recording(Set.copyOf(all));
        }
    }

    /**
     * Adds the rows of a new standard price in all groups. The table {@code price} is locked.
     *
     * @param standard the new price and those after it
     * @param since the time from which it is in force
     * @param added gets the rows
     * @return why that is not possible, null if it is done
     */
    @Nullable
    ApiError add(
            Statements statements,
            String modelId,
            PriceSchedule standard,
            Instant since,
            Instant at,
            List<GroupPrice> added)
            throws SQLException {
        Map<String, GroupPrice> wanted = new LinkedHashMap<>();
        try {
            for (List<GroupVersion> versions : present(statements).versions()) {
                GroupRows.add(wanted, since, modelId, standard, versions);
            }
        } catch (IllegalArgumentException e) {
            return GroupRows.refused(Mistake.of(e));
        }
        return add(statements, wanted.values(), at, added);
    }

    /** Adds rows that are missing, unless one has other terms. @param added gets them all @return the refusal; null if it is done */
    static @Nullable ApiError add(
            Statements statements, Collection<GroupPrice> wanted, Instant at, List<GroupPrice> added)
            throws SQLException {
        added.clear();
        Compared compared = GroupRows.compare(statements, wanted);
        ApiError refusal = compared.refusal();
        if (refusal == null) {
            GroupRows.insert(statements, compared.missing(), at);
            added.addAll(wanted);
        }
        return refusal;
    }

    /** Adds rows of prices that are missing. The outcome has the versions whose rows have other terms. */
    private static final class AddGroupPrices extends PriceChange<List<String>> {

        private final List<GroupPrice> wanted;
        private final Instant at;

        AddGroupPrices(List<GroupPrice> wanted, Instant at) {
            super(Table.PRICE);
            this.wanted = List.copyOf(wanted);
            this.at = at;
        }

        @Override
        void committed() {} // the caller publishes them

        @Override
        protected List<String> run(Statements statements) throws SQLException {
            Compared compared = GroupRows.compare(statements, wanted);
            GroupRows.insert(statements, compared.missing(), at);
            return compared.other();
        }
    }

    /**
     * A group before and after a change; both are the same if nothing had to be written.
     *
     * @param before null if there was none
     * @param withdrawn versions ahead that the new one replaces before they were ever in force
     */
    public record Changed(@Nullable Group before, Group after, List<GroupVersion> withdrawn) {

        public boolean isNothing() {
            return after.equals(before);
        }
    }

    /**
     * Makes a change that adds a version to a group, which it makes if there is none. The same version as the newest is not written again.
     *
     * @param looked the number of the newest version that the operator has seen; null for any
     * @param from the time from which it is in force; null for at once
     * @param at the present time
     */
    public Write<Outcome<Changed>> set(
            String name, GroupFactors factors, @Nullable Instant from, @Nullable Long looked, Instant at) {
        return new GroupChange.SetGroup(this, name, factors, from, looked, at);
    }

    /** Makes a change that closes a group: no account enters it, those in it stay. @param at the present time */
    public Write<Outcome<Changed>> close(String name, Instant at) {
        return new GroupChange.CloseGroup(this, name, at);
    }

    /** Returns the refusal of a group that is not there. */
    public static ApiError noGroup(String name) {
        return ApiError.invalid(null, sentence("There is no price group {group}.", MessageText.plain(name)))
                .withStatus(404);
    }
}
