package dev.tollgate.customers.teams;

import dev.tollgate.base.host.WrittenText;
import dev.tollgate.base.ids.OwnIds;
import dev.tollgate.books.budgets.BudgetSql;
import dev.tollgate.books.ledger.LedgerChange.TakeAccount;
import dev.tollgate.customers.keys.KeyChange.DeleteKeys;
import dev.tollgate.customers.keys.Keys;
import dev.tollgate.storage.Change;
import dev.tollgate.storage.Database;
import dev.tollgate.storage.Part;
import dev.tollgate.storage.RowForm;
import dev.tollgate.storage.ShutOut;
import dev.tollgate.storage.Statements;
import dev.tollgate.storage.Unit;
import dev.tollgate.storage.Write;
import dev.tollgate.storage.WritePart;
import dev.tollgate.storage.Writer;
import dev.tollgate.storage.sql.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The store of teams. */
public final class Teams {

    /** The number of teams that an account may have, archived ones not counted. */
    public static final int TEAMS_MAX = 50;

    public static final int NAME_CHARS_MAX = 100;

    /** The number of times that keys are read again before an action gives up. */
    private static final int TRIES = 5;

    private static final String COLUMNS = "SELECT id, account_id, name, created_at, archived_at FROM team ";
    private static final String LIST =
            COLUMNS + "WHERE account_id = ? AND archived_at IS NULL ORDER BY lower(name), id LIMIT " + TEAMS_MAX;
    private static final String EVER = COLUMNS + "WHERE account_id = ? ORDER BY id LIMIT 1000";
    private static final String ONE = COLUMNS + "WHERE id = ? AND account_id = ? AND archived_at IS NULL";
    private static final String FELLOWS = """
            SELECT member.id, CASE WHEN person.name = '' THEN person.login ELSE person.name END AS name, team_member.role
            FROM team_member JOIN member ON member.id = team_member.member_id AND member.left_at IS NULL
                JOIN person ON person.id = member.person_id
            WHERE team_member.team_id = ? ORDER BY lower(person.name), member.id LIMIT 200""";

    private final Database database;
    private final Keys keys;
    private final Writer writer;
    private final InstantSource clock;
    private final RandomGenerator random;

    public Teams(Database database, Keys keys, Writer writer, InstantSource clock, RandomGenerator random) {
        this.database = database;
        this.keys = keys;
        this.writer = writer;
        this.clock = clock;
        this.random = random;
    }

    /** Returns the part that stores teams: goes after the keys, whose deletion it waits for. */
    public static Part<?> part() {
        return new WritePart<>(TeamChange.class);
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

    /** Returns the people of a team who are still members of the account. */
    public List<Team.Fellow> fellows(String teamId) {
        return database.read(sql -> sql.list(
                FELLOWS,
                row -> new Team.Fellow(
                        row.getString(1), row.getString(2), row.getString(3).equals("admin")),
                teamId));
    }

    private static Team team(ResultSet row) throws SQLException {
        return new Team(
                row.getString("id"),
                row.getString("account_id"),
                row.getString("name"),
                Columns.time(row, "created_at"),
                Columns.timeOrNull(row, "archived_at"));
    }

    // ---- changing ----

    /** Makes a team. @param name that {@link #isName} */
    public TeamResult create(String accountId, String name) {
        return commit(
                accountId,
                List.of(),
                new Create(new Team(OwnIds.team(random), accountId, name, clock.instant(), null)));
    }

    /** Gives a team another name. @param name that {@link #isName} */
    public TeamResult rename(String accountId, String id, String name) {
        return commit(accountId, List.of(), new Rename(accountId, id, name));
    }

    /** Archives a team and deletes its keys, those of its people in it included. Its history stays. */
    public TeamResult archive(String accountId, String id) {
        Instant now = clock.instant();
        return withKeys(accountId, id, null, gone -> new Archive(accountId, id, now, gone));
    }

    /** Makes a member one of a team's people, or changes the role in it. */
    public TeamResult put(String accountId, String id, String memberId, boolean isAdmin) {
        return commit(accountId, List.of(), new Put(accountId, id, memberId, isAdmin ? "admin" : "member"));
    }

    /** Removes a member from a team, and deletes the member's personal keys in it. */
    public TeamResult remove(String accountId, String id, String memberId) {
        return withKeys(accountId, id, memberId, gone -> new Remove(accountId, id, memberId, gone));
    }

    /** Makes a change that takes place if the keys could be deleted. */
    private interface AfterKeys {
        TeamChange of(BooleanSupplier gone);
    }

    /** @param memberId whose keys in the team are deleted; null for all keys of the team */
    private TeamResult withKeys(String accountId, String id, @Nullable String memberId, AfterKeys change) {
        for (int i = 0; i < TRIES; i++) {
            DeleteKeys delete =
                    new DeleteKeys(accountId, memberId, id, keys.owned(accountId, memberId, id), clock.instant());
            TeamResult result = commit(accountId, List.of(delete), change.of(delete::outcome));
            if (!(result instanceof TeamResult.Busy)) {
                return result;
            }
        }
        return new TeamResult.Busy();
    }

    private TeamResult commit(String accountId, List<Change> before, TeamChange change) {
        List<Change> all = new ArrayList<>(List.of(new TakeAccount(accountId)));
        all.addAll(before);
        all.add(change);
        writer.commitAndWait(Unit.of(all));
        return change.outcome();
    }

    /** A change of the teams of an account, whose row the same unit has taken. */
    private abstract static class TeamChange extends Write<TeamResult> {

        static @Nullable Team find(Statements statements, String accountId, String id) throws SQLException {
            return statements.one(ONE, Teams::team, id, accountId);
        }

        static boolean isTaken(Statements statements, String accountId, String name) throws SQLException {
            return statements.has(
                    "SELECT 1 FROM team WHERE account_id = ? AND archived_at IS NULL AND name = ?", accountId, name);
        }
    }

    private static final class Create extends TeamChange {

        private static final String COUNT = "SELECT COUNT(*) FROM team WHERE account_id = ? AND archived_at IS NULL";
        private static final String INSERT = """
                INSERT INTO team (id, account_id, name, created_at)
                SELECT ?, id, ?, ? FROM account WHERE id = ? AND deleted_at IS NULL""";

        private final Team team;

        Create(Team team) {
            this.team = team;
        }

        @Override
        protected TeamResult run(Statements statements) throws SQLException {
            if (isTaken(statements, team.accountId(), team.name())) {
                return new TeamResult.NameTaken();
            }
            if (statements.number(COUNT, team.accountId()) >= TEAMS_MAX) {
                return new TeamResult.TooMany();
            }
            List<String> older = ShutOut.before(statements, RowForm.TEAMS);
            if (!older.isEmpty()) {
                return new TeamResult.OlderServers(older);
            }
            int made = statements.run(INSERT, team.id(), team.name(), team.createdAt(), team.accountId());
            return made == 0 ? new TeamResult.NoSuchTeam() : new TeamResult.Done(team);
        }
    }

    private static final class Rename extends TeamChange {

        private final String accountId;
        private final String id;
        private final String name;

        Rename(String accountId, String id, String name) {
            this.accountId = accountId;
            this.id = id;
            this.name = name;
        }

        @Override
        protected TeamResult run(Statements statements) throws SQLException {
            Team team = find(statements, accountId, id);
            if (team == null) {
                return new TeamResult.NoSuchTeam();
            }
            if (team.name().equals(name)) {
                return new TeamResult.Done(team);
            }
            if (isTaken(statements, accountId, name)) {
                return new TeamResult.NameTaken();
            }
            statements.run("UPDATE team SET name = ? WHERE id = ?", name, id);
            new BudgetSql(statements).raise(accountId);
            return new TeamResult.Done(new Team(id, accountId, name, team.createdAt(), null));
        }
    }

    private static final class Archive extends TeamChange {

        private final String accountId;
        private final String id;
        private final Instant at;
        private final BooleanSupplier gone;

        Archive(String accountId, String id, Instant at, BooleanSupplier gone) {
            this.accountId = accountId;
            this.id = id;
            this.at = at;
            this.gone = gone;
        }

        @Override
        protected TeamResult run(Statements statements) throws SQLException {
            Team team = find(statements, accountId, id);
            if (team == null) {
                return new TeamResult.NoSuchTeam();
            }
            if (!gone.getAsBoolean()) {
                return new TeamResult.Busy();
            }
            statements.run("UPDATE team SET archived_at = ? WHERE id = ?", at, id);
            statements.run("DELETE FROM team_member WHERE team_id = ?", id);
            return new TeamResult.Done(new Team(id, accountId, team.name(), team.createdAt(), at));
        }
    }

    private static final class Put extends TeamChange {

        private static final String MEMBER = "SELECT 1 FROM member WHERE id = ? AND account_id = ? AND left_at IS NULL";
        private static final String PUT = """
                INSERT INTO team_member (team_id, member_id, role) VALUES (?, ?, ?)
                ON CONFLICT (team_id, member_id) DO UPDATE SET role = excluded.role""";

        private final String accountId;
        private final String id;
        private final String memberId;
        private final String role;

        Put(String accountId, String id, String memberId, String role) {
            this.accountId = accountId;
            this.id = id;
            this.memberId = memberId;
            this.role = role;
        }

        @Override
        protected TeamResult run(Statements statements) throws SQLException {
            Team team = find(statements, accountId, id);
            if (team == null) {
                return new TeamResult.NoSuchTeam();
            }
            if (!statements.has(MEMBER, memberId, accountId)) {
                return new TeamResult.NoSuchMember();
            }
            statements.run(PUT, id, memberId, role);
            return new TeamResult.Done(team);
        }
    }

    private static final class Remove extends TeamChange {

        private final String accountId;
        private final String id;
        private final String memberId;
        private final BooleanSupplier gone;

        Remove(String accountId, String id, String memberId, BooleanSupplier gone) {
            this.accountId = accountId;
            this.id = id;
            this.memberId = memberId;
            this.gone = gone;
        }

        @Override
        protected TeamResult run(Statements statements) throws SQLException {
            Team team = find(statements, accountId, id);
            if (team == null) {
                return new TeamResult.NoSuchTeam();
            }
            if (!gone.getAsBoolean()) {
                return new TeamResult.Busy();
            }
            int removed = statements.run("DELETE FROM team_member WHERE team_id = ? AND member_id = ?", id, memberId);
            return removed == 0 ? new TeamResult.NoSuchMember() : new TeamResult.Done(team);
        }
    }
}
