package dev.tollgate.pages;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.fields.Field;
import dev.tollgate.base.ids.KeyOwner;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.books.auditlog.Actor;
import dev.tollgate.books.auditlog.DeedKind;
import dev.tollgate.jobs.Batches;
import dev.tollgate.jobs.Jobs;
import dev.tollgate.operator.admin.AuditedWriter;
import dev.tollgate.operator.admin.By;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.actions.OperatorActions;
import dev.tollgate.storage.copies.LostTime;
import dev.tollgate.testing.BesideOthers;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.PortalServer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Every row of the audit log, as operators read it in each language: made by its action, or, where the answering half is needed, as that stores it. */
@BesideOthers
@Timeout(120)
class AuditWordsTest {

    private static final String PASSWORD = "a long enough operator";

    /** Rows of what this half cannot do alone, as they are stored: action, subject, before, after. */
    private static final List<List<String>> STORED = List.of(
            List.of("account.delete_files", "%s", "", "{\"files\":2}"),
            List.of("account.end_sessions", "%s", "", ""),
            List.of("account.invite", "new account", "", "{\"mark\":\"7c8c2d6eae15d89e\"}"),
            List.of("account.reset_link", "%s", "", "{\"person\":\"per_whoIsGoneFor20Chars0\"}"),
            List.of(
                    "account.remove_second_factor",
                    "%s",
                    "{\"person\":\"per_whoIsGoneFor20Chars0\",\"second_factor\":true}",
                    "{\"person\":\"per_whoIsGoneFor20Chars0\",\"second_factor\":false}"),
            List.of(
                    "account.set_role",
                    "%s",
                    "{\"person\":\"per_whoIsGoneFor20Chars0\",\"role\":\"user\"}",
                    "{\"person\":\"per_whoIsGoneFor20Chars0\",\"role\":\"operator\"}"),
            List.of("end_user.erase", "%s", "", "{}"),
            List.of("mail.test", "mail", "", "{\"mark\":\"7c8c2d6eae15d89e\"}"),
            List.of("person.delete", "per_whoIsGoneFor20Chars0", "", "{\"deleted\":true}"),
            List.of("account.leave", "%s", "", "{\"left\":\"per_whoIsGoneFor20Chars0\"}"),
            List.of(
                    "books.seen",
                    "books",
                    "{\"differences\":3,\"checked\":\"books\",\"checked_at\":\"2026-11-20T10:00:00Z\"}",
                    "{\"differences\":0}"),
            List.of("channel.try", "main", "", "{\"answered\":false,\"milliseconds\":1200,\"error\":\"day_quota\"}"),
            List.of("channels.reload", "channels", "", "{\"taken\":true}"),
            List.of("installation.sandbox", "installation", "{\"real_upstream\":true}", "{\"real_upstream\":false}"),
            List.of(
                    "installation.backup_folder",
                    "installation",
                    "{\"last_copy\":\"tollgate-1.db\"}",
                    "{\"last_copy\":null}"),
            List.of("installation.server", "installation", "{\"server\":\"a/1\"}", "{\"server\":\"b/1\"}"),
            List.of("operator.reset", "per_operator", "", ""),
            List.of("payment.event", "evt_1", "", "{\"outcome\":\"of_no_use\"}"),
            List.of(
                    "secret.rotate",
                    "secret",
                    "{\"key\":\"k1\",\"new_signing_key\":true}",
                    "{\"state\":\"done\",\"sealed\":12,\"unreadable\":0}"),
            List.of("secret.forget", "secret", "", "{\"key\":\"k1\",\"lose\":true}"),
            List.of("task.refund", "%s", "{\"balance\":1,\"consumed\":2}", "{\"balance\":2,\"consumed\":1}"),
            List.of("usage.rebuild", "usage", "", "{\"rows\":1234567}"),
            payment("paid"),
            payment("refunded"),
            payment("disputed"),
            payment("dispute_lost"),
            payment("dispute_won"));

    /** A name of a program, or micro-credits. Ids, versions and names that people give have none of it. */
    private static final Pattern RAW = Pattern.compile(
            "\\b(?!acc_|key_|mem_|per_|team_|inv_)[a-z]+_[a-z_]+\\b|\\b[a-z]+\\.[a-z_]+:|\\b\\d+:\\d+0000\\b|(?<![-\\w])\\d{7,}");

    /** A change with a Chinese label. Flex is a name. */
    private static final Pattern CHINESE = Pattern.compile("^[^：]*[\\u4e00-\\u9fff][^：]*：|^Flex：");

    private static final Pattern ROW = Pattern.compile("(?s)<tr role=\"row\"><th role=\"rowheader\".*?</tr>");
    private static final Pattern CHANGE = Pattern.compile("<div class=\"(?:small )?wrap\">([^<]*)</div>");

    private static PortalServer server;
    private static Browser operator;
    private static String account;

    @BeforeAll
    static void fill() {
        server = PortalServer.start("operator.password", PASSWORD);
        operator = new Browser(server.url());
        assertThat(operator.signIn("operator", PASSWORD).location()).isEqualTo("/console");
        account =
                done("POST", "/accounts", "'name':'Ann','credits':50").get("id").asString();
        String own = "/accounts/" + account;
        money(own);
        plans(own);
        keys(own);
        organization(own);
        others(own);
        for (List<String> row : STORED) {
            insert(row);
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> payment(String fact) {
        return List.of(
                "payment." + fact,
                "%s",
                "{\"balance\":10,\"credits_taken_back\":0,\"credits_missing\":0}",
                "{\"balance\":8,\"credits_taken_back\":2,\"credits_missing\":0.5,\"payment\":\"cs_1\",\"event\":\"evt_1\","
                        + "\"object\":\"re_1\",\"blocked\":true}");
    }

    private static void insert(List<String> row) {
        server.execute("""
                INSERT INTO audit_log (sequence, created_at, actor, address, action, subject, before_json, after_json, reason)
                SELECT MAX(sequence) + 1, 1700000000000, 'command', NULL, '%s', '%s', NULLIF('%s', ''), NULLIF('%s', ''), 'as stored' FROM audit_log""".formatted(row.get(0), row.get(1).formatted(account), row.get(2), row.get(3)));
    }

    private static JsonNode done(String method, String path, String members) {
        String json =
                ("{" + (members.isEmpty() ? "" : members + ",") + "'reason':'because of a test'}").replace('\'', '"');
        PortalServer.Reply reply = server.send(method, "/admin" + path, json, server.adminKey());
        assertThat(reply.status()).as(method + " " + path + " " + reply.text()).isLessThan(300);
        return reply.text().isEmpty() ? ApiJson.MAPPER.createObjectNode() : reply.json();
    }

    private static void money(String own) {
        done("POST", own + "/grants", "'credits':2.5");
        Instant later = Instant.now().plus(Duration.ofDays(40));
        String grant = done(
                        "POST",
                        own + "/grants",
                        "'credits':100,'expires_at':'" + later + "','models':['gemini-2.5-*'],"
                                + "'limits':[{'hours':5,'credits':20},{'hours':24,'credits':60}]")
                .get("grant")
                .asString();
        done("PATCH", own + "/grants/" + grant, "'expires_at':'" + later.plusSeconds(86_400) + "'");
        done("POST", own + "/grants/" + grant + "/end", "");
        done("POST", own + "/adjustments", "'credits':-1");
        done("POST", own + "/limits", "'requests':10,'spend':{'day':5}");
        done("POST", "/vouchers", "'count':3,'credits':5,'days':30,'models':['gemini-2.5-*']");
        done("POST", "/vouchers/revoke", "'first':1,'last':2");
        server.administration().deeds().reverse(new By(Actor.COMMAND, "charged back", null), account, 1_000_000);
        done("POST", own + "/block", "'blocked':true");
        done("POST", own + "/block", "'blocked':false");
    }

    private static void plans(String own) {
        String price = "/models/gemini-2.5-pro/prices";
        done(
                "POST",
                price,
                "'input':2000,'above':{'prompt_tokens':100000,'input':4000,'output':6000},'tiers':{'flex':0.5},'reasoning':'free'");
        done("POST", price, "'output':3000,'from':'" + Instant.now().plus(Duration.ofDays(400)) + "'");
        done("POST", price, "'input':2500");
        done("POST", price, "'input':2600,'cancel_scheduled':true");
        done("PUT", "/groups/gold", "'factor':850,'models':{'gemini-2.5-*':800}");
        done("PUT", own + "/group", "'group':'gold'");
        done(
                "PUT",
                "/plans/pro",
                "'name':'Pro','cents':900,'period':'month','credits':1000,'models':['gemini-2.5-*'],'group':'gold',"
                        + "'limits':[{'hours':5,'credits':20}]");
        done("POST", own + "/plan", "'plan':'pro','periods':3");
        done("DELETE", own + "/plan", "");
        done("POST", "/plans/pro/close", "");
        done("POST", "/groups/gold/close", "");
    }

    private static void keys(String own) {
        JsonNode key = done(
                "POST",
                own + "/keys",
                "'name':'one','spend':{'day':5},'rates':{'requests':10},'models':['gemini-2.5-pro'],'allow':['10.0.0.0/8'],"
                        + "'max_input_price':2000,'tags':{'feature':'search'},'expires_at':1999999999");
        String path = "/keys/" + key.get("id").asString();
        done("PATCH", path, "'name':'two','spend':{'day':6},'models':null,'tags':{},'expires_at':null");
        done("POST", path + "/rotate", "");
        done("PATCH", path, "'disabled':true");
    }

    private static void organization(String own) {
        Customer customer = server.customer("10");
        String its = "/accounts/" + customer.account();
        String member = customer.member("Ben", "member");
        String other = customer.member("Cleo", "member");
        done(
                "PATCH",
                its + "/organization",
                "'name':'Ben Ltd','time_zone':'Europe/Berlin','tag_names':['feature'],'end_users':true,'language':'zh-Hans'");
        String team = done("POST", its + "/teams", "'name':'Red'").get("id").asString();
        done("PATCH", its + "/teams/" + team, "'name':'Blue','paused':true");
        done("PATCH", its + "/teams/" + team, "'paused':false");
        done("PUT", its + "/teams/" + team + "/members/" + member, "'role':'admin'");
        done("DELETE", its + "/teams/" + team + "/members/" + member, "'keys':{}");
        done("DELETE", its + "/teams/" + team, "");
        done("PUT", its + "/budgets/account", "'day':20,'month':100");
        done("PUT", its + "/budgets/account", "'day':null");
        done("PUT", its + "/budgets/" + member, "'month':'unlimited'");
        done("PATCH", its + "/members/" + member, "'role':'admin'");
        done("DELETE", its + "/members/" + other, "'keys':{}");
        String invitation = done("POST", its + "/invitations", "'email':'dora@example.org','role':'viewer'")
                .get("id")
                .asString();
        done("DELETE", its + "/invitations/" + invitation, "");
        done("POST", own + "/delete", "");
    }

    private static void others(String own) {
        done("POST", "/settings", "'name':'sign-up.credit-days','value':'5'");
        done("POST", "/announcements", "'text':'Work tonight'");
        done("PATCH", "/announcements/1", "'ends_at':'" + Instant.now().plus(Duration.ofDays(2)) + "'");
        done("POST", "/announcements/1/delete", "");
        batch();
        done("POST", "/drain", "");
        done("POST", "/books", "");
        new AuditedWriter(server.books().writer(), server::now)
                .restored(
                        By.of(Actor.COMMAND),
                        new LostTime(1, Instant.parse("2026-11-20T10:00:00Z"), Instant.parse("2026-11-20T11:00:00Z")),
                        "/backup/tollgate.db",
                        List.of());
    }

    private static void batch() {
        String account = server.customer("1").account();
        String chars = "2026112111000000000000000000001";
        Jobs jobs = new Jobs(
                server.books().database(),
                server.books().writer(),
                server.books().secrets(),
                server::now);
        new Batches(server.books().database(), jobs, server::now)
                .accept(
                        "chatcmpl-" + chars,
                        account,
                        KeyOwner.account("key_1"),
                        null,
                        "b",
                        "/v1/embeddings",
                        "in",
                        Duration.ofDays(1),
                        new byte[] {'{', '}'});
        done("POST", "/batches/batch_" + chars + "/cancel", "");
    }

    private static List<String> rows(String action, String language) {
        Browser.Page page = operator.get("/console/audit?what=" + action + "&lang=" + language);
        assertThat(page.status()).as(page.body()).isEqualTo(200);
        return ROW.matcher(page.body()).results().map(row -> row.group()).toList();
    }

    @Test
    void each_row_says_in_each_language_what_it_is_of() {
        Set<String> silent = new TreeSet<>();
        Set<String> wrong = new TreeSet<>();
        for (DeedKind kind : OperatorActions.TOLD) {
            List<String> english = rows(kind.action(), "en");
            List<String> chinese = rows(kind.action(), "zh-Hans");
            if (english.isEmpty()) {
                silent.add(kind.action());
            }
            assertThat(chinese).as(kind.action()).hasSameSizeAs(english);
            for (String row : english) {
                assertThat(text(row))
                        .as(kind.action())
                        .contains(kind.words().english())
                        .doesNotContain(kind.action());
            }
            for (String row : chinese) {
                assertThat(text(row))
                        .as(kind.action())
                        .doesNotContain(kind.words().english(), kind.action());
            }
            Stream.concat(changes(english).stream(), changes(chinese).stream())
                    .filter(change -> RAW.matcher(change).find())
                    .forEach(change -> wrong.add(kind.action() + " " + change));
            changes(chinese).stream()
                    .filter(change -> !CHINESE.matcher(change).find())
                    .forEach(change -> wrong.add(kind.action() + " " + change));
        }
        assertThat(silent).isEmpty();
        assertThat(wrong).isEmpty();
    }

    private static String text(String row) {
        return row.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");
    }

    private static List<String> changes(List<String> rows) {
        return rows.stream()
                .flatMap(row -> CHANGE.matcher(row).results())
                .map(change -> change.group(1))
                .toList();
    }

    @Test
    void each_stored_name_is_a_fact_of_its_action() {
        Map<String, DeedKind> kinds = OperatorActions.TOLD.stream()
                .collect(Collectors.toMap(DeedKind::action, kind -> kind, (one, _) -> one));
        Set<String> unknown = new TreeSet<>();
        String after = "";
        do {
            JsonNode page = server.get("/admin/audit?limit=1000" + after, server.adminKey())
                    .json();
            for (JsonNode row : page.get("data")) {
                DeedKind kind = kinds.get(row.get("action").asString());
                assertThat(kind).as(row.toString()).isNotNull();
                unknown(kind, "", row.get("before"), unknown);
                unknown(kind, "", row.get("after"), unknown);
            }
            after = page.path("next").isString() ? "&after=" + page.get("next").asString() : "";
        } while (!after.isEmpty());
        assertThat(unknown).isEmpty();
    }

    private static void unknown(DeedKind kind, String path, JsonNode value, Set<String> unknown) {
        if (value.isObject() && kind.fact(path) == null) {
            value.properties()
                    .forEach(each -> unknown(
                            kind,
                            path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                            each.getValue(),
                            unknown));
        } else if (!value.isNull() && kind.fact(path) == null) {
            unknown.add(kind.action() + " " + path);
        }
    }

    @Test
    void a_fact_that_is_a_field_has_the_fields_label() {
        for (OperatorAction<?, ?> action : OperatorActions.ALL) {
            for (Field<?> field : action.fields()) {
                var fact = action.told().fact(field.name());
                boolean isRaw = field.label().english().equals(field.name());
                if (fact != null && !isRaw && !field.isFixed()) {
                    assertThat(fact.label().english())
                            .as(action.name() + " " + field.name())
                            .isEqualTo(field.label().english());
                }
            }
        }
    }

    @Test
    void amounts_times_and_lists_are_read_as_such() {
        assertThat(text(String.join(" ", rows("plan.set", "en"))))
                .contains(
                        "Version: 1", "Credits: 1,000.00", "Limits: at most 20.00 credits in 5 hours", "Period: month");
        assertThat(text(String.join(" ", rows("account.grant", "en"))))
                .contains("Limits: at most 20.00 credits in 5 hours, at most 60.00 credits in 24 hours");
        assertThat(text(String.join(" ", rows("books.restore", "en"))))
                .contains(
                        "Restored the books", "Restored from: /backup/tollgate.db", "Lost from: 20 Nov 2026, 10:00:00");
        assertThat(text(String.join(" ", rows("secret.rotate", "en"))))
                .contains("Key: k1", "State: finished", "Re-encrypted values: 12")
                .doesNotContain("New key");
        assertThat(text(String.join(" ", rows("books.check", "en")))).doesNotContain("Begins");
        assertThat(text(String.join(" ", rows("group.set", "en"))))
                .contains("Factor: 15 % below standard", "Models: gemini-2.5-*: 20 % below standard");
    }
}
