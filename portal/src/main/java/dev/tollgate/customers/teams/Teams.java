package dev.tollgate.customers.teams;

import static dev.tollgate.base.error.ApiError.FIELD;
import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.Outcome;
import dev.tollgate.base.error.Outcome.Done;
import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.base.words.Sentence;
import dev.tollgate.books.ledger.Account;
import dev.tollgate.customers.keys.LeaversKeys;
import dev.tollgate.customers.keys.LeaversKeys.Leaver;
import dev.tollgate.customers.keys.LeaversKeys.UnresolvedKeys;
import dev.tollgate.customers.roles.AccountLog;
import dev.tollgate.customers.roles.AccountLog.Changed;
import dev.tollgate.customers.roles.Acting;
import dev.tollgate.customers.roles.CountedChanges;
import dev.tollgate.customers.roles.Membership;
import dev.tollgate.customers.roles.Right;
import dev.tollgate.keys.KeyChange;
import dev.tollgate.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.holdings.ExportFile;
import dev.tollgate.storage.holdings.Holding;
import dev.tollgate.storage.holdings.RowErasure;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The store of teams. */
public record Teams(Database database, Keys keys, CountedChanges changes, InstantSource clock, RandomGenerator random) {

    /** The number of teams that an account may have, archived ones not counted. */
    public static final int TEAMS_MAX = 50;

    public static final int NAME_CHARS_MAX = 100;

    /** The form of a name that {@link #isName}. */
    public static final Sentence NAME_FORM = sentence(
            "{field} must be 1 to {most} printable characters without a space at either end.", FIELD, NAME_CHARS_MAX);

    /** The number of times that keys are read again before an action gives up. */
    private static final int TRIES = 5;

    private static final String ADMIN = "admin";

    public static final Outcome<Team> NO_TEAM =
            Outcome.refused(404, sentence("The team does not exist, or is archived."));
    public static final Outcome<Team> NO_MEMBER =
            Outcome.refused(404, sentence("The member does not exist, or is not in the team."));
    public static final Outcome<Team> NAME_TAKEN =
            Outcome.wrong("name", sentence("{field} is taken by another team.", FIELD));
    public static final Outcome<Team> TOO_MANY = Outcome.refused(
            409, sentence("The organization has {max} teams, which is the maximum. Archive one first.", TEAMS_MAX));
    public static final Outcome<Team> BUSY =
            Outcome.refused(409, sentence("The keys of the team are being changed. Try again."));
    public static final Outcome<Team> NO_ROOM = Outcome.refused(409, LeaversKeys.NO_ROOM);

    private static final String COLUMNS = "SELECT id, account_id, name, created_at, archived_at, paused FROM team ";
    private static final String LIST =
            COLUMNS + "WHERE account_id = ? AND archived_at IS NULL ORDER BY lower(name), id LIMIT " + TEAMS_MAX;
    private static final String EVER = COLUMNS + "WHERE account_id = ? ORDER BY id LIMIT 1000";
    private static final String ONE = COLUMNS + "WHERE id = ? AND account_id = ? AND archived_at IS NULL";
    private static final String FELLOWS = """
            SELECT team_member.team_id, member.id, CASE WHEN person.name = '' THEN person.login ELSE person.name END AS name,
                team_member.role
            FROM team_member JOIN team ON team.id = team_member.team_id
                JOIN member ON member.id = team_member.member_id AND member.left_at IS NULL
                JOIN person ON person.id = member.person_id
            WHERE team.account_id = ? AND team.archived_at IS NULL
            ORDER BY lower(person.name), member.id LIMIT 10000""";

    private static final String JOIN = """
            INSERT INTO team_member (team_id, member_id, role)
            SELECT team.id, member.id, 'member' FROM person_link
                JOIN team ON team.account_id = person_link.account_id AND team.archived_at IS NULL
                JOIN member ON member.account_id = person_link.account_id AND member.left_at IS NULL
            WHERE person_link.hash = ? AND member.person_id = ?
                AND (',' || person_link.teams || ',') LIKE ('%,' || team.id || ',%')""";

    private static final String COUNT = "SELECT COUNT(*) FROM team WHERE account_id = ? AND archived_at IS NULL";
    private static final String INSERT = """
            INSERT INTO team (id, account_id, name, created_at)
            SELECT ?, id, ?, ? FROM account WHERE id = ? AND deleted_at IS NULL""";
    private static final String ROLE = "SELECT role FROM team_member WHERE team_id = ? AND member_id = ?";
    private static final String MEMBER = "SELECT 1 FROM member WHERE id = ? AND account_id = ? AND left_at IS NULL";
    private static final String PUT = """
            INSERT INTO team_member (team_id, member_id, role) VALUES (?, ?, ?)
            ON CONFLICT (team_id, member_id) DO UPDATE SET role = excluded.role""";
    private static final String PERSON = "SELECT person_id FROM member WHERE id = ? AND account_id = ?";

    /** Returns the part that stores teams: goes after the keys, whose deletion it waits for. A change says something else of a team's keys. */
    public static Part<?> part(Keys keys) {
        return new WritePart<>(TeamChange.class) {
            @Override
            public void committed(List<TeamChange> changes) {
                changes.forEach(change -> keys.forgetAccount(change.accountId));
            }
        };
    }

    /** Returns whether a team may be called that: 1 to {@value #NAME_CHARS_MAX} characters that are {@link WrittenText}, spaces within. */
    public static boolean isName(String name) {
        return !name.isBlank()
                && name.codePointCount(0, name.length()) <= NAME_CHARS_MAX
                && name.equals(name.strip())
                && WrittenText.isClean(name);
    }

    // ---- reading ----

    /** Returns the teams of an account that are not archived, by name. */
    public List<Team> list(String accountId) {
        return database.read(sql -> sql.list(LIST, Teams::team, accountId));
    }

    /** Returns all teams that an account has had, so that a history can name them; at most a thousand. */
    public List<Team> everMade(String accountId) {
        return database.read(sql -> sql.list(EVER, Teams::team, accountId));
    }

    /** Returns a team that is not archived. */
    public Optional<Team> find(String accountId, String id) {
        return database.read(sql -> Optional.ofNullable(sql.one(ONE, Teams::team, id, accountId)));
    }

    /** Returns the people of each team of an account, by the team's id; a team without people is missing. */
    public Map<String, List<Team.Fellow>> fellows(String accountId) {
        return database.read(sql -> {
            Map<String, List<Team.Fellow>> all = new HashMap<>();
            sql.each(
                    FELLOWS,
                    row -> all.computeIfAbsent(row.getString(1), team -> new ArrayList<>())
                            .add(new Team.Fellow(
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4).equals(ADMIN))),
                    accountId);
            return all;
        });
    }

    /**
     * Returns the ids of the members whom a member sees: all of the account, or the own one and the people of the own teams.
     *
     * @return null for all
     */
    public @Nullable Set<String> visibleTo(String accountId, Membership membership) {
        if (Right.MEMBERS.isWhole(membership.role())) {
            return null;
        }
        Set<String> seen = new HashSet<>(Set.of(membership.id()));
        for (List<Team.Fellow> fellows : fellows(accountId).values()) {
            Set<String> ids = fellows.stream().map(Team.Fellow::memberId).collect(Collectors.toSet());
            if (ids.contains(membership.id())) {
                seen.addAll(ids);
            }
        }
        return seen;
    }

    private static Team team(ResultSet row) throws SQLException {
        return new Team(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("name"),
                Columns.time(row, "created_at"),
                Columns.timeOrNull(row, "archived_at"),
                Columns.flag(row, "paused"));
    }

    // ---- changing ----

    /** Makes a team. @param name that {@link #isName} */
    public Outcome<Team> create(Acting by, String name) {
        Team made = new Team(OwnIds.team(random), by.accountId(), name, clock.instant(), null, false);
        return commit(by, List.of(), new TeamChange(by, made.id(), Right.TEAMS, "team.create", (sql, change, none) -> {
            if (isTaken(sql, made.accountId(), name)) {
                return NAME_TAKEN;
            }
            if (sql.number(COUNT, made.accountId()) >= TEAMS_MAX) {
                return TOO_MANY;
            }
            int rows = sql.run(INSERT, made.id(), name, made.createdAt(), made.accountId());
            return rows == 0 ? NO_TEAM : change.done(made, null, named(name));
        }));
    }

    /**
     * Gives a team another name, and pauses it or ends the pause, or does none of it. The keys of a paused team are refused from the next hold on.
     *
     * @param name that {@link #isName}; null: stays as it is
     * @param paused null: stays as it is
     */
    public Outcome<Team> change(Acting by, String id, @Nullable String name, @Nullable Boolean paused) {
        TeamChange rename = name == null ? null : rename(by, id, name);
        TeamChange pause = paused == null ? null : pause(by, id, paused, rename);
        return commit(
                by, List.of(), Stream.of(rename, pause).filter(Objects::nonNull).toArray(TeamChange[]::new));
    }

    private static TeamChange rename(Acting by, String id, String name) {
        return TeamChange.of(by, id, Right.TEAMS, "team.rename", (sql, change, team) -> {
            if (team.name().equals(name)) {
                return new Done<>(team);
            }
            if (isTaken(sql, team.accountId(), name)) {
                return NAME_TAKEN;
            }
            sql.run("UPDATE team SET name = ? WHERE id = ?", name, id);
            Account.Change.BUDGETS_VERSION.run(sql, team.accountId());
            Team named = new Team(id, team.accountId(), name, team.createdAt(), null, team.paused());
            return change.done(named, named(team.name()), named(name));
        });
    }

    /** @param first without which the team is not paused; null for none */
    private static TeamChange pause(Acting by, String id, boolean paused, @Nullable TeamChange first) {
        return new TeamChange(by, id, Right.TEAMS, paused ? "team.pause" : "team.resume", (sql, change, team) -> {
            if (first != null && !first.outcome().isDone()) {
                return first.outcome();
            }
            if (team == null || team.paused() == paused) {
                return team == null ? NO_TEAM : new Done<>(team);
            }
            sql.run("UPDATE team SET paused = ? WHERE id = ?", paused, id);
            Team now = new Team(id, team.accountId(), team.name(), team.createdAt(), null, paused);
            return change.done(now, null, null);
        });
    }

    /** Archives a team and deletes its keys, also its people's keys in it. Its history stays. */
    public Outcome<Team> archive(Acting by, String id) {
        Instant now = clock.instant();
        for (int i = 0; i < TRIES; i++) {
            List<String> its = keys.owned(by.accountId(), null, id);
            KeyChange<Boolean> delete = KeyChange.delete(by.accountId(), null, id, its, now);
            String json = LeaversKeys.json(its, Map.of());
            Outcome<Team> result = commit(by, List.of(delete), archive(by, id, now, delete::outcome, json));
            if (result != BUSY) {
                return result;
            }
        }
        return BUSY;
    }

    private static TeamChange archive(
            Acting by, String id, Instant at, BooleanSupplier gone, @Nullable String keysJson) {
        return TeamChange.of(by, id, Right.TEAMS, "team.archive", (sql, change, team) -> {
            if (!gone.getAsBoolean()) {
                return BUSY;
            }
            sql.run("UPDATE team SET archived_at = ? WHERE id = ?", at, id);
            sql.run("DELETE FROM team_member WHERE team_id = ?", id);
            Team archived = new Team(id, team.accountId(), team.name(), team.createdAt(), at, team.paused());
            return change.done(archived, named(team.name()), keysJson);
        });
    }

    /** Makes a member one of a team's people, or changes the role in it. */
    public Outcome<Team> put(Acting by, String id, String memberId, boolean isAdmin) {
        String role = isAdmin ? ADMIN : "member";
        return commit(by, List.of(), TeamChange.of(by, id, Right.TEAM_PEOPLE, "team.member", (sql, change, team) -> {
            if (!sql.has(MEMBER, memberId, team.accountId())) {
                return NO_MEMBER;
            }
            String before = role(sql, id, memberId);
            if (role.equals(before)) {
                return new Done<>(team);
            }
            sql.run(PUT, id, memberId, role);
            return change.done(team, json(memberId, before), json(memberId, role));
        }));
    }

    /**
     * Removes a member from a team, with the member's personal keys in it.
     *
     * @param teams the ids of teams that get such keys, by the ids of the keys; the others are deleted
     */
    public Outcome<Team> remove(Acting by, String id, String memberId, Map<String, String> teams) {
        String account = by.accountId();
        String person = database.read(sql -> sql.one(PERSON, row -> row.getString(1), memberId, account));
        if (person == null || find(account, id).isEmpty()) {
            return person == null ? NO_MEMBER : NO_TEAM;
        }
        Leaver leaver = new Leaver(account, memberId, person, id);
        for (int i = 0; i < TRIES; i++) {
            LeaversKeys its = new LeaversKeys(
                    leaver, keys.owned(account, memberId, id), teams, by.who(), clock.instant(), random);
            try {
                return commit(by, its.changes(), leave(by, id, memberId, its));
            } catch (StoreException e) {
                if (e.getCause() instanceof NotInTeam) {
                    return NO_MEMBER;
                }
                if (!(e.getCause() instanceof UnresolvedKeys left)) {
                    throw e;
                }
                if (!left.areOthers()) {
                    return NO_ROOM;
                }
            }
        }
        return BUSY;
    }

    private static TeamChange leave(Acting by, String id, String memberId, LeaversKeys keys) {
        return new TeamChange(by, id, Right.TEAM_PEOPLE, "team.leave", (sql, change, team) -> {
            keys.requireNone();
            String before = role(sql, id, memberId);
            if (team == null || before == null) {
                throw new NotInTeam();
            }
            sql.run("DELETE FROM team_member WHERE team_id = ? AND member_id = ?", id, memberId);
            return change.done(team, json(memberId, before), keys.json());
        });
    }

    /** The member is none of the team's people: then no key is changed. */
    private static final class NotInTeam extends Unit.Refused {

        private static final long serialVersionUID = 1;

        NotInTeam() {
            super("the member is not in the team");
        }
    }

    /** @return the outcome of the last change */
    private Outcome<Team> commit(Acting by, List<Change> before, TeamChange... teamChanges) {
        List<Change> all = new ArrayList<>(before);
        for (TeamChange change : teamChanges) {
            all.add(change);
            all.addAll(by.act(change.right, change.action, change.teamId, clock.instant(), change::changed));
        }
        changes.commit(by, all);
        return teamChanges[teamChanges.length - 1].outcome();
    }

    /** A change of the teams of an account, whose row the same unit has taken. */
    private static final class TeamChange extends Write<Outcome<Team>> {

        final String accountId;
        final String teamId;
        final Right right;
        final String action;
        private final Step<@Nullable Team> step;
        private @Nullable Changed changed;

        TeamChange(Acting by, String teamId, Right right, String action, Step<@Nullable Team> step) {
            this.accountId = by.accountId();
            this.teamId = teamId;
            this.right = right;
            this.action = action;
            this.step = step;
        }

        /** Returns a change that is refused if there is no such team. */
        static TeamChange of(Acting by, String teamId, Right right, String action, Step<Team> step) {
            return new TeamChange(
                    by,
                    teamId,
                    right,
                    action,
                    (sql, change, team) -> team == null ? NO_TEAM : step.decide(sql, change, team));
        }

        /** Decides and writes. Runs on the writer's thread. */
        @FunctionalInterface
        interface Step<T extends @Nullable Team> {

            /** @param change notes what is done */
            Outcome<Team> decide(Statements statements, TeamChange change, T team) throws SQLException;
        }

        @Override
        protected Outcome<Team> run(Statements statements) throws SQLException {
            changed = null;
            return step.decide(statements, this, statements.one(ONE, Teams::team, teamId, accountId));
        }

        /** Returns what has changed; null if nothing has. Once applied. */
        @Nullable
        Changed changed() {
            return changed;
        }

        /** Notes a change for the account's log. */
        Outcome<Team> done(Team now, @Nullable String beforeJson, @Nullable String afterJson) {
            changed = new Changed(beforeJson, afterJson);
            return new Done<>(now);
        }
    }

    /** Returns the teams of an account, for the export and the erasure of accounts. */
    public static Holding holding() {
        return Holding.of(
                        ExportFile.of(
                                "teams.csv",
                                "all teams, including archived ones",
                                "team t",
                                "t.account_id = :account",
                                "t.id t.name t.created_at t.archived_at t.paused:YES_NO",
                                "t.id"),
                        ExportFile.of(
                                "team-members.csv",
                                "the people of each team",
                                "team_member f JOIN team t ON t.id = f.team_id",
                                "t.account_id = :account",
                                "f.team_id f.member_id f.role",
                                "f.team_id f.member_id"))
                .with(
                        RowErasure.ofAccount(
                                "DELETE FROM team_member WHERE team_id IN (SELECT id FROM team WHERE account_id = ?)"),
                        RowErasure.ofAccount("UPDATE team SET name = 'deleted' WHERE account_id = ?"));
    }

    private static boolean isTaken(Statements statements, String accountId, String name) throws SQLException {
        return statements.has(
                "SELECT 1 FROM team WHERE account_id = ? AND archived_at IS NULL AND name = ?", accountId, name);
    }

    private static String named(String name) {
        return AccountLog.json("name", name);
    }

    /** Returns the role of a member in a team; null if the member is none of its people. */
    private static @Nullable String role(Statements statements, String id, String memberId) throws SQLException {
        return statements.one(ROLE, row -> row.getString(1), id, memberId);
    }

    private static @Nullable String json(String memberId, @Nullable String role) {
        return role == null ? null : AccountLog.json("member", memberId, "role", role);
    }

    /** Puts a person who has accepted an invitation in its teams, as far as they are not archived. */
    public static void join(Statements statements, String linkHash, String personId) throws SQLException {
        statements.run(JOIN, linkHash, personId);
    }

    /** Takes a member who leaves the account out of all teams. */
    public static void leaveAll(Statements statements, String memberId) throws SQLException {
        statements.run("DELETE FROM team_member WHERE member_id = ?", memberId);
    }
}
