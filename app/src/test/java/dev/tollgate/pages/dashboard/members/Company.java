package dev.tollgate.pages.dashboard.members;

import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** An organization of several people on a server of its own. */
final class Company implements AutoCloseable {

    static final String PASSWORD = "one of several people";

    final Gateway gateway;
    final Browser owner;
    final String account;
    private Instant now = Instant.parse("2026-11-20T10:00:00Z");

    Company(String... settings) {
        gateway = Gateway.start(settings);
        gateway.setNow(now);
        owner = new Browser(gateway.url()).signUp("olga@example.org", PASSWORD);
        account = gateway.text("SELECT account_id FROM person WHERE login = 'olga@example.org'");
    }

    /** Lets the owner see and type credits. */
    Company inCredits() {
        gateway.execute("UPDATE person SET money = 'credits' WHERE login = 'olga@example.org'");
        return this;
    }

    Instant now() {
        return now;
    }

    void pass(Duration duration) {
        now = now.plus(duration);
        gateway.setNow(now);
    }

    /** Returns the browser of a new person who is a member of the organization. */
    Browser member(String name, String role) {
        pass(Duration.ofHours(1)); // one address makes five accounts an hour
        Browser browser = new Browser(gateway.url()).signUp(name + "@example.org", PASSWORD);
        gateway.execute("UPDATE member SET account_id = '" + account + "', role = '" + role + "' WHERE person_id ="
                + " (SELECT id FROM person WHERE login = '" + name + "@example.org')");
        return browser;
    }

    /** Returns the id of a person's membership. */
    String id(String name) {
        return gateway.text("SELECT member.id FROM member JOIN person ON person.id = person_id WHERE login = '" + name
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
        String id = gateway.text("SELECT id FROM api_key WHERE name = '" + name + "'");
        gateway.own(id, member.isEmpty() ? "" : id(member), team.replaceFirst(".*/", ""));
        return secret;
    }

    @Override
    public void close() {
        gateway.close();
    }
}
