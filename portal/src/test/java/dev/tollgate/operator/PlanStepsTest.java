package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Plans that operators prolong and restart, from two servers: each transfer counts once, and no day of it is lost. */
@BesideOthers
@ParameterizedClass
@EnumSource(Stores.class)
@Timeout(120)
class PlanStepsTest {

    private static final Instant BEGIN = Instant.parse("2027-01-31T12:00:00Z");

    @Parameter
    Stores stores;

    private PortalServer server;
    private PortalServer other;
    private String adminKey;

    @BeforeEach
    void start() {
        String url = stores == Stores.SQLITE ? null : Postgres.migrated();
        server = url == null ? PortalServer.start() : PortalServer.startOn(url);
        adminKey = server.adminKey();
        other = url == null ? server : PortalServer.startOn(url);
        at(BEGIN);
        done(admin(server, "PUT", "/groups/gold", "\"factor\":850"));
        set("pro", "month", ",\"group\":\"gold\"");
        set("day", "day", "");
    }

    @AfterEach
    void stop() {
        server.assertBooksAreClosed();
        if (other != server) {
            other.close();
        }
        server.close();
    }

    private void at(Instant now) {
        server.setNow(now);
        other.setNow(now);
    }

    private void passes(Instant now) {
        at(now);
        server.books().planSweep().sweep();
    }

    private void set(String plan, String period, String more) {
        done(admin(
                server,
                "PUT",
                "/plans/" + plan,
                "\"name\":\"Pro\",\"cents\":900,\"period\":\"" + period + "\",\"credits\":1000" + more));
    }

    private PortalServer.Reply admin(PortalServer by, String method, String path, String members) {
        return by.send(method, "/admin" + path, "{" + members + ",\"reason\":\"by transfer\"}", adminKey);
    }

    private PortalServer.Reply assign(PortalServer by, String account, String plan, int periods, String more) {
        return admin(
                by,
                "POST",
                "/accounts/" + account + "/plan",
                "\"plan\":\"" + plan + "\",\"periods\":" + periods + more);
    }

    private JsonNode assigned(String account, String plan, int periods, String more) {
        return done(assign(server, account, plan, periods, more));
    }

    private String refused(String account, String plan, int periods, String more) {
        PortalServer.Reply reply = assign(server, account, plan, periods, more);
        assertThat(reply.status()).as(reply.text()).isEqualTo(409);
        return reply.text();
    }

    private static JsonNode done(PortalServer.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isEqualTo(200);
        return reply.json();
    }

    private JsonNode get(String path) {
        return server.get("/admin" + path, adminKey).json();
    }

    private String grants(String account) {
        return get("/accounts/" + account + "/grants")
                .get("data")
                .valueStream()
                .map(grant -> day(grant.get("starts_at")) + " " + day(grant.get("expires_at")))
                .sorted()
                .toList()
                .toString();
    }

    private static String day(JsonNode seconds) {
        return Instant.ofEpochSecond(seconds.longValue()).toString().substring(0, 10);
    }

    @Test
    void who_pays_early_gets_three_months_in_a_row() {
        String account = server.customer("10").account();
        assigned(account, "pro", 1, "");
        at(Instant.parse("2027-02-26T12:00:00Z"));
        JsonNode prolonged = assigned(account, "pro", 2, ",\"when\":\"after\"");
        assertThat(prolonged.get("until").asString()).isEqualTo("2027-04-30T12:00:00Z");
        assertThat(prolonged.get("periods").intValue()).isEqualTo(3);
        JsonNode deed = get("/audit?subject=" + account).at("/data/0/after");
        assertThat(deed.get("when").asString()).isEqualTo("after");
        assertThat(deed.get("periods").intValue()).isEqualTo(2);
        assertThat(deed.get("begins").asString()).isEqualTo("2027-02-28T12:00:00Z");
        for (String turn : List.of("2027-02-28", "2027-03-31", "2027-04-30")) {
            passes(Instant.parse(turn + "T12:00:00Z"));
        }
        assertThat(grants(account)).isEqualTo("[2027-01-31 2027-02-28, 2027-02-28 2027-03-31, 2027-03-31 2027-04-30]");
        assertThat(get("/accounts/" + account + "/plan").at("/data/0/ended_by").asString())
                .isEqualTo("finished");
    }

    @Test
    void who_has_used_it_up_begins_anew_and_loses_nothing() {
        Customer customer = server.customer("10");
        String account = customer.account();
        assigned(account, "pro", 2, "");
        at(Instant.parse("2027-02-10T12:00:00Z"));
        JsonNode anew = assigned(account, "pro", 1, ",\"when\":\"now\"");
        assertThat(anew.get("number").intValue()).isEqualTo(2);
        assertThat(anew.get("until").asString()).isEqualTo("2027-03-10T12:00:00Z");
        JsonNode former = get("/accounts/" + account + "/plan").at("/data/1");
        assertThat(former.get("ended_by").asString()).isEqualTo("replaced");
        assertThat(former.get("ended_at").asString()).isEqualTo("2027-02-10T12:00:00Z");
        assertThat(grants(account)).isEqualTo("[2027-01-31 2027-02-28, 2027-02-10 2027-03-10, 2027-02-28 2027-03-31]");
        assertThat(customer.balance()).isEqualByComparingTo("3010");
        JsonNode group = get("/accounts/" + account + "/group").at("/data/0");
        assertThat(group.get("plan_until").asString()).isEqualTo("2027-03-10T12:00:00Z");
        passes(Instant.parse("2027-02-28T12:00:00Z"));
        assertThat(get("/accounts/" + account + "/plan").at("/data/0/state").asString())
                .isEqualTo("active");
    }

    @Test
    void one_id_at_two_servers_is_one_step() {
        for (String when : List.of("", ",\"when\":\"after\"", ",\"when\":\"now\"")) {
            String account = server.customer("10").account();
            if (!when.isEmpty()) {
                assigned(account, "pro", 1, "");
            }
            List<CompletableFuture<JsonNode>> both = new ArrayList<>();
            for (PortalServer by : List.of(server, other, server, other)) {
                both.add(CompletableFuture.supplyAsync(
                        () -> done(assign(by, account, "pro", 2, when + ",\"id\":\"transfer-7\""))));
            }
            JsonNode first = both.getFirst().join();
            both.forEach(each -> assertThat(each.join()).isEqualTo(first));
            assertThat(server.number("SELECT SUM(periods) FROM plan_step WHERE account_id = '" + account + "'"))
                    .isEqualTo(when.isEmpty() ? 2 : 3);
            assertThat(server.number("SELECT COUNT(*) FROM audit_log WHERE subject = '" + account
                            + "' AND action = 'plan.assign'"))
                    .isEqualTo(when.isEmpty() ? 1 : 2);
        }
    }

    @Test
    void transfers_at_two_servers_all_count() {
        for (String when : List.of("after", "now")) {
            String account = server.customer("10").account();
            assigned(account, "pro", 1, "");
            List<CompletableFuture<JsonNode>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                PortalServer by = i % 2 == 0 ? server : other;
                String more = ",\"when\":\"" + when + "\",\"id\":\"transfer-" + i + "\"";
                all.add(CompletableFuture.supplyAsync(() -> done(assign(by, account, "pro", 1, more))));
            }
            all.forEach(CompletableFuture::join);
            assertThat(server.number("SELECT SUM(periods) FROM plan_step WHERE account_id = '" + account + "'"))
                    .isEqualTo(5);
            assertThat(server.number("SELECT SUM(periods) FROM subscription WHERE account_id = '" + account + "'"))
                    .isEqualTo(5);
            assertThat(server.number("SELECT COUNT(*) FROM credit_grant WHERE account_id = '" + account + "'"))
                    .isEqualTo(when.equals("now") ? 5 : 1);
        }
    }

    @Test
    void an_id_counts_once_after_its_period_too() {
        Customer customer = server.customer("10");
        String account = customer.account();
        String id = ",\"when\":\"after\",\"id\":\"transfer-7\"";
        assigned(account, "day", 1, id);
        passes(BEGIN.plusSeconds(2 * 86_400));
        assertThat(assigned(account, "day", 1, id).get("state").asString()).isEqualTo("ended");
        assertThat(refused(account, "day", 1, ",\"id\":\"transfer-7\"")).contains("The id transfer-7 was used");
        assertThat(refused(account, "day", 2, id)).contains("The id transfer-7 was used");
        assertThat(refused(account, "pro", 1, id)).contains("The id transfer-7 was used");
        assertThat(server.number("SELECT COUNT(*) FROM plan_step WHERE account_id = '" + account + "'"))
                .isEqualTo(1);
    }

    @Test
    void periods_that_cannot_begin_so_are_refused_with_the_ways() {
        String account = server.customer("10").account();
        assigned(account, "day", 14, "");
        PortalServer.Reply both = assign(server, account, "day", 1, "");
        assertThat(both.status()).isEqualTo(409);
        assertThat(both.json().at("/error/param").asString()).isEqualTo("when");
        assertThat(both.text()).contains("with 13 more until", "'when' says when", "after these, or now");
        assertThat(refused(account, "pro", 1, ",\"when\":\"after\""))
                .contains("has the plan day (version 1)", "pro (version 1) is another");
        assertThat(refused(account, "pro", 1, ",\"when\":\"now\"")).contains("with 13 more periods", "12 at most");
        assertThat(refused(account, "day", 354, ",\"when\":\"after\"")).contains("more than 366, the most");
        assertThat(assigned(account, "day", 353, ",\"when\":\"after\"")
                        .get("remaining")
                        .intValue())
                .isEqualTo(366);
        set("day", "day", ",\"group\":\"gold\"");
        assertThat(refused(account, "day", 1, ",\"when\":\"after\"")).contains("day (version 2) is another");
        assertThat(assign(server, account, "day", 1, ",\"when\":\"later\"").text())
                .contains("is \\\"later\\\"; allowed is after or now");
        done(admin(server, "POST", "/plans/day/close", "\"version\":2"));
        assertThat(refused(account, "day", 1, ",\"when\":\"after\"")).contains("The plan day is closed");
        assertThat(server.number("SELECT SUM(periods) FROM plan_step")).isEqualTo(367);
    }
}
