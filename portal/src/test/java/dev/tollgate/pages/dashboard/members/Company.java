package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.AccountsServer;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.PortalServer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** An organization of several people on a server of its own. */
final class Company implements AutoCloseable {

    static final String PASSWORD = "one of several people";

    final AccountsServer server;
    final Browser owner;
    final String account;
    private Instant now = Instant.parse("2026-11-20T10:00:00Z");

    /** On a portal of its own. */
    Company(String... settings) {
        this(PortalServer.start(settings));
    }

    /** @param server is closed with it */
    Company(AccountsServer server) {
        this.server = server;
        server.setNow(now);
        owner = new Browser(server.url()).signUp("olga@example.org", PASSWORD);
        account = server.text("SELECT account_id FROM person WHERE login = 'olga@example.org'");
    }

    /** Lets the owner see and type credits. */
    Company inCredits() {
        server.execute("UPDATE person SET money = 'credits' WHERE login = 'olga@example.org'");
        return this;
    }

    Instant now() {
        return now;
    }

    void pass(Duration duration) {
        now = now.plus(duration);
        server.setNow(now);
    }

    /** Returns the browser of a new person who is a member of the organization. */
    Browser member(String name, String role) {
        pass(Duration.ofHours(1)); // one address makes five accounts an hour
        Browser browser = new Browser(server.url()).signUp(name + "@example.org", PASSWORD);
        server.execute("UPDATE member SET account_id = '" + account + "', role = '" + role + "' WHERE person_id ="
                + " (SELECT id FROM person WHERE login = '" + name + "@example.org')");
        return browser;
    }

    /** Returns the id of a person's membership. */
    String id(String name) {
        return server.text("SELECT member.id FROM member JOIN person ON person.id = person_id WHERE login = '" + name
                + "@example.org'");
    }

    /** Makes a team. @return the path of its page */
    String team(String name) {
        return owner.submit("/dashboard/teams", "/dashboard/teams", Map.of("deed", "team.create", "name", name))
                .location();
    }

    Browser.Page budget(String owner, String window, String limit) {
        Map<String, String> form =
                Map.of("deed", "budget.set", "owner", owner, "window", window, "limit", limit, "unit", "credits");
        return this.owner.submit("/dashboard/budgets", "/dashboard/budgets", form);
    }

    Browser.Page put(Browser by, String team, String name, String role) {
        return by.submit(team, team, Map.of("deed", "team.set", "member", id(name), "role", role));
    }

    /** Makes a key. @param member the name of its member; empty for none @param team the path of its team; empty for none @return its secret */
    String key(String name, String member, String team) {
        String secret = found(
                "sk-[0-9a-f]{64}",
                owner.submit("/dashboard/keys/new", "/dashboard/keys/new", Map.of("name", name))
                        .body());
        String id = server.text("SELECT id FROM api_key WHERE name = '" + name + "'");
        server.own(id, member.isEmpty() ? "" : id(member), team.replaceFirst(".*/", ""));
        return secret;
    }

    @Override
    public void close() {
        server.close();
    }
}
