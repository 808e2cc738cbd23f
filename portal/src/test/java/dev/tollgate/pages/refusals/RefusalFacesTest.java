package dev.tollgate.pages.refusals;

import static dev.tollgate.base.words.Sentence.sentence;
import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.fields.Field;
import dev.tollgate.base.fields.TypedUnit;
import dev.tollgate.customers.actions.Action;
import dev.tollgate.customers.keys.KeyActions;
import dev.tollgate.customers.organizations.BudgetActions;
import dev.tollgate.customers.organizations.InvitationActions;
import dev.tollgate.customers.organizations.MemberActions;
import dev.tollgate.customers.organizations.OrganizationActions;
import dev.tollgate.customers.organizations.TeamActions;
import dev.tollgate.customers.teams.Teams;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeySettings;
import dev.tollgate.keys.Scope;
import dev.tollgate.models.Rate;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.Deletions;
import dev.tollgate.operator.admin.accounts.OperatorLinks;
import dev.tollgate.operator.admin.accounts.OperatorPeople;
import dev.tollgate.operator.admin.money.OperatorVouchers;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.admin.prices.OperatorPlans;
import dev.tollgate.operator.admin.prices.PlanAssignments;
import dev.tollgate.operator.admin.prices.PriceRoutes;
import dev.tollgate.operator.admin.server.OperatorAnnouncements;
import dev.tollgate.pages.refusals.TwoFaces.Pair;
import dev.tollgate.pages.refusals.TwoFaces.Request;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.MarkedLanguages;
import dev.tollgate.testing.PortalServer;
import dev.tollgate.testing.RunningServer.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Refusals of forms and of the API: the rule is one, a form says it in its reader's language, and the API in English, byte for byte (L40). */
@Timeout(300)
class RefusalFacesTest {

    private static final String PASSWORD = "a sentence nobody else has";
    private static final String OPERATOR = "a long enough operator";
    private static final Path FOLDER = Path.of("portal/src/test/resources/refusals");
    private static final Path OF_API = FOLDER.resolve("api.txt");
    private static final Path REASONS = FOLDER.resolve("left.tsv");
    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private static final Field<String> REASON = Field.text("reason", sentence("Reason"));

    private static PortalServer server;
    private static Browser owner;
    private static Browser operator;
    private static String account;
    private static String managementKey;
    private static TwoFaces faces;

    @BeforeAll
    static void ask() {
        server = PortalServer.start(
                "operator.password", OPERATOR, "sign-up.open", "true", "pages.languages", "en,en-XA");
        server.setNow(NOW);
        faces = new TwoFaces(server);
        owner = inMarkedLanguage(new Browser(server.url()).signUp("olga@example.org", PASSWORD), "/dashboard");
        account = server.text("SELECT account_id FROM person WHERE login = 'olga@example.org'");
        managementKey = server.createKey(
                        account,
                        KeySettings.named("m").withKind(KeyKind.MANAGEMENT).withScopes(EnumSet.allOf(Scope.class)))
                .secret();
        operator = new Browser(server.url());
        operator.signIn("operator", OPERATOR);
        inMarkedLanguage(operator, "/console");
        new OfCustomers().ask();
        new OfOperators().ask();
    }

    private static Browser inMarkedLanguage(Browser browser, String page) {
        browser.submit(page, "/language", Map.of("lang", MarkedLanguages.ACCENTED.tag()));
        return browser;
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static String made(String path, String body, String key, String field) {
        Reply reply = server.post(path, body, key);
        assertThat(reply.status()).as(reply.text()).isBetween(200, 299);
        return reply.json().path(field).toString().replace("\"", "");
    }

    /** Puts a person into the organization. */
    private static String member(String name, String role) {
        server.execute("INSERT INTO person (id, account_id, login, name, role, password_hash, created_at) VALUES ('per_"
                + name + "', '" + account + "', '" + name + "@example.org', '" + name + "', 'user', '', 1)");
        server.execute("INSERT INTO member (id, account_id, person_id, role, created_at) VALUES ('mem_" + name + "', '"
                + account + "', 'per_" + name + "', '" + role + "', 1)");
        return "mem_" + name;
    }

    private static Map<String, String> and(Map<String, String> some, String name, String value) {
        Map<String, String> all = new LinkedHashMap<>(some);
        all.put(name, value);
        return all;
    }

    /** The forms of an organization and its keys. */
    private static final class OfCustomers {

        private static final String OF_KEYS = "/v1/organization";

        private final String team = made(OF_KEYS + "/teams", "{\"name\":\"Blue\"}", managementKey, "id");
        private final String ben = member("ben", "member");
        private final String key = made("/v1/keys", "{\"name\":\"k\"}", managementKey, "id");
        private final String ofBen = made("/v1/keys", "{\"name\":\"b\"}", managementKey, "id");

        private OfCustomers() {
            server.own(ofBen, ben, "");
        }

        private static Pair pair(
                String page,
                Action<?, ?> action,
                String path,
                Map<String, String> good,
                UnaryOperator<Map<String, String>> typed) {
            String base = path.startsWith("/") ? "" : "/v1/";
            return new Pair(
                    owner,
                    page,
                    action.name(),
                    action.fields(),
                    good,
                    new Request(action.method(), base + path, managementKey),
                    typed);
        }

        private static Pair pair(String page, Action<?, ?> action, String path) {
            return pair(page, action, path, Map.of(), typed -> typed);
        }

        /** By the operator's API, for what no key may ask. */
        private Pair byOperator(Pair pair) {
            return new Pair(
                    pair.by(),
                    pair.page(),
                    pair.deed(),
                    Stream.concat(pair.fields().stream(), Stream.of(REASON)).toList(),
                    and(pair.good(), "reason", "for a test"),
                    new Request(
                            pair.request().method(),
                            pair.request().path().replace("/v1/organization", "/admin/accounts/" + account),
                            server.adminKey()),
                    pair.typed());
        }

        void ask() {
            teams();
            members();
            organization();
            budgets();
            keys();
            manyTeams();
            server.post(
                    "/admin/settings",
                    "{\"name\":\"limits.members\",\"value\":\"2\",\"reason\":\"for a test\"}",
                    server.adminKey());
            faces.refused(invitation());
        }

        private void teams() {
            Pair create = pair("/dashboard/teams", TeamActions.CREATE, "organization/teams");
            faces.eachField(create);
            faces.refused(create.with("name", "Blue"));
            String page = "/dashboard/teams/" + team;
            made(OF_KEYS + "/teams", "{\"name\":\"Red\"}", managementKey, "id");
            Pair change = pair(page, TeamActions.CHANGE, "organization/teams/" + team);
            faces.eachField(change);
            faces.refused(change.with("name", "Red"));
            faces.refused(change);
            String people = "organization/teams/" + team + "/members/";
            Pair put = pair(page, TeamActions.PUT, people + ben, Map.of(), typed -> and(typed, "member", ben));
            faces.eachField(put);
            Pair stranger = pair(
                    page, TeamActions.PUT, people + "mem_none", Map.of(), typed -> and(typed, "member", "mem_none"));
            faces.refused(stranger.with("role", "member"));
            Pair remove = pair(page, TeamActions.REMOVE, people + ben, Map.of(), typed -> and(typed, "member", ben));
            faces.refused(remove);
            faces.refused(remove.with("keys.key_none", "delete"));
            faces.refused(remove.with("keys.key_none", "x"));
        }

        /** The organization has as many teams as it may have. */
        private void manyTeams() {
            for (int i = 2; i < Teams.TEAMS_MAX; i++) {
                server.post(OF_KEYS + "/teams", "{\"name\":\"Team " + i + "\"}", managementKey);
            }
            faces.refused(pair("/dashboard/teams", TeamActions.CREATE, "organization/teams")
                    .with("name", "One more"));
        }

        private void members() {
            String page = "/dashboard/members/" + ben;
            Pair set = pair(page, MemberActions.SET, "organization/members/" + ben);
            faces.eachField(set);
            Pair remove = pair(page, MemberActions.REMOVE, "organization/members/" + ben);
            faces.refused(remove.with("keys.key_none", "delete"));
            faces.refused(remove.with("keys." + ofBen, "team_none"));
            faces.refused(pair("/dashboard/keys/" + ofBen, KeyActions.ROTATE, "keys/" + ofBen + "/rotate"));
            String own = server.text("SELECT m.id FROM member m JOIN person p ON p.id = m.person_id WHERE p.login ="
                    + " 'olga@example.org'");
            Pair last = pair("/dashboard/members/" + own, MemberActions.SET, "organization/members/" + own);
            faces.refused(byOperator(last.with("role", "member")));
            faces.refused(
                    byOperator(pair("/dashboard/members/" + own, MemberActions.REMOVE, "organization/members/" + own)));
            Pair invite = invitation();
            faces.eachField(invite, "teams");
            faces.refused(invite.with("teams", "team_none"));
            Pair revoke = pair(
                    "/dashboard/members",
                    InvitationActions.REVOKE,
                    "organization/invitations/inv_none",
                    Map.of(),
                    typed -> and(typed, "invitation", "inv_none"));
            faces.refused(revoke);
        }

        private static Pair invitation() {
            return pair(
                    "/dashboard/members",
                    InvitationActions.CREATE,
                    "organization/invitations",
                    Map.of("email", "new@example.org", "role", "member"),
                    typed -> {
                        Map<String, String> form = new LinkedHashMap<>(typed);
                        String teams = form.remove("teams");
                        for (String each :
                                teams == null ? new String[0] : teams.strip().split(" ")) {
                            form.put("teams." + each, "on");
                        }
                        return form;
                    });
        }

        private void organization() {
            Action<?, ?> tags = OrganizationActions.SET.showing("tag_names", "end_users");
            faces.eachField(pair("/dashboard/tags", tags, "organization"));
            faces.refused(pair("/dashboard/tags", tags, "organization"));
            Pair erase = pair("/dashboard/tags", OrganizationActions.ERASE, "organization/end-users/erase");
            faces.eachField(erase);
            faces.refused(erase.with("end_user", "nobody"));
            Action<?, ?> language = OrganizationActions.SET.showing("language");
            Pair ofMails = pair("/dashboard/settings", language, "organization");
            faces.eachField(ofMails);
            faces.refused(ofMails.with("language", "xx"));
            Action<?, ?> zone = OrganizationActions.SET.showing("time_zone");
            Pair ofBudgets = pair("/dashboard/budgets", zone, "organization");
            faces.eachField(ofBudgets);
            server.send("PATCH", OF_KEYS, "{\"time_zone\":\"Asia/Shanghai\"}", managementKey);
            faces.refused(ofBudgets.with("time_zone", "Europe/Berlin"));
        }

        private Pair budget(String owner, String window) {
            return pair(
                    "/dashboard/budgets",
                    BudgetActions.SET.showing(window),
                    "organization/budgets/" + owner,
                    Map.of(),
                    typed -> Map.of(
                            "owner",
                            owner,
                            "window",
                            window,
                            "limit",
                            typed.getOrDefault(window, ""),
                            "unit",
                            "credits"));
        }

        private void budgets() {
            faces.refused(budget("account", "month").with("month", "99999999999"));
            faces.refused(budget("account", "month").with("month", "unlimited"));
            faces.refused(budget("team_none", "month").with("month", "5"));
            faces.refused(budget(key, "day").with("day", "5"));
        }

        /** Returns the form's fields for the action's. */
        private static Map<String, String> ofKey(Map<String, String> typed) {
            Map<String, String> form = new LinkedHashMap<>(typed);
            form.put("unit", "credits");
            if (typed.containsKey("models")) {
                form.put("model-0", typed.get("models"));
            }
            if (typed.containsKey("expires_at")) {
                form.put("expires", "2020-01-01"); // works through this day
            }
            if (typed.containsKey("team")) {
                form.put("owner", typed.get("team"));
            }
            if (typed.containsKey("scopes")) {
                form.put("kind", "management");
                form.put("scope-" + typed.get("scopes"), "on");
            }
            return form;
        }

        private void keys() {
            Pair create = pair(
                    "/dashboard/keys/new",
                    KeyActions.CREATE_BY_PERSON,
                    "keys",
                    Map.of("name", "n"),
                    OfCustomers::ofKey);
            faces.eachField(create, "own", "expires_at", "scopes", "team");
            faces.refused(create.with("models", "no-such-model"));
            faces.refused(create.with("team", "team_none"));
            faces.refused(create.with(
                    "expires_at",
                    Long.toString(Instant.parse("2020-01-02T00:00:00Z").getEpochSecond())));
            String page = "/dashboard/keys/" + key;
            Action<?, ?> save = KeyActions.CHANGE.showing("allow", "models", "name", "rates", "spend", "tags");
            Pair change = pair(
                    page,
                    save,
                    "keys/" + key,
                    Map.of(),
                    typed -> and(ofKey(typed), "name", typed.getOrDefault("name", "k")));
            faces.eachField(change);
            faces.refused(change.with("models", "no-such-model"));
            faces.eachField(pair(page, KeyActions.CHANGE.showing("disabled"), "keys/" + key));
            faces.eachField(pair(page, KeyActions.ROTATE, "keys/" + key + "/rotate"));
            Pair move = pair(page, KeyActions.MOVE, "keys/" + key + "/move");
            faces.eachField(move);
            faces.refused(move.with("team", "team_none"));
        }
    }

    /** The forms of the console. */
    private static final class OfOperators {

        private final String page = "/console/accounts/" + account;

        private static Pair pair(
                String page, OperatorAction<?, ?> action, Map<String, String> path, Map<String, String> good) {
            String to = action.path();
            for (Map.Entry<String, String> each : path.entrySet()) {
                to = to.replace("{" + each.getKey() + "}", each.getValue());
            }
            List<Field<?>> fields = action.fields().stream()
                    .<Field<?>>map(it -> it)
                    .filter(field -> !field.name().equals("id"))
                    .toList();
            return new Pair(
                    operator,
                    page,
                    action.buttons().isEmpty()
                            ? action.name()
                            : action.buttons().getFirst().deed(),
                    fields,
                    and(good, "reason", "for a test"),
                    new Request(action.method(), to, server.adminKey()),
                    typed -> {
                        Map<String, String> form = new LinkedHashMap<>(typed);
                        form.putAll(path);
                        form.computeIfPresent("expires_at", (_, time) -> lastDayBefore(cut(time, "T00:00:00Z")));
                        form.computeIfPresent("factor", (_, factor) -> TypedUnit.PERCENT.text(Long.parseLong(factor)));
                        form.computeIfPresent("cents", (_, cents) -> TypedUnit.DOLLARS.text(Long.parseLong(cents)));
                        form.computeIfPresent("models", (_, lines) -> lines.replaceAll("(?m) 900$", " 90"));
                        form.computeIfPresent("begins_at", (_, time) -> cut(time, ":00Z"));
                        form.computeIfPresent("ends_at", (_, time) -> cut(time, ":00Z"));
                        return form;
                    });
        }

        /** The form has the last day. */
        private static String lastDayBefore(String day) {
            return day.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}")
                    ? LocalDate.parse(day).minusDays(1).toString()
                    : day;
        }

        /** The form has a day, or a minute. */
        private static String cut(String time, String end) {
            return time.endsWith(end) ? time.substring(0, time.length() - end.length()) : time;
        }

        private Pair ofAccount(OperatorAction<?, ?> action, Map<String, String> good) {
            return pair(page, action, Map.of("id", account), good);
        }

        void ask() {
            accounts();
            grants();
            groups();
            plans();
            vouchers();
            announcements();
            people();
            prices();
            calls();
        }

        private void accounts() {
            faces.eachField(
                    pair("/console/accounts", AccountRoutes.CREATE, Map.of(), Map.of("name", "Ann", "credits", "1")));
            Pair adjust = ofAccount(AccountRoutes.ADJUST, Map.of("credits", "1"));
            faces.eachField(adjust);
            faces.refused(adjust.with("credits", "-1000000"));
            faces.eachField(ofAccount(AccountRoutes.LIMITS, Map.of()));
            Pair demo = pair("/console/accounts/acc_demo", Deletions.ACCOUNT, Map.of("id", "acc_demo"), Map.of());
            faces.refused(demo);
            faces.eachField(demo);
        }

        private void grants() {
            Pair grant = ofAccount(AccountRoutes.GRANT, Map.of("credits", "5"));
            faces.eachField(grant, "expires_at");
            faces.refused(grant.with("expires_at", "2026-01-01T00:00:00Z"));
            faces.refused(grant.with("limits", "5:20"));
            faces.refused(grant.with("models", "no-such-model"));
            faces.refused(grant.with("models", "google/gemini-embedding-001"));
            Reply first = server.post(
                    "/admin/accounts/" + account + "/grants",
                    "{\"credits\":5,\"expires_at\":\"2027-02-01T00:00:00Z\",\"reason\":\"for a test\"}",
                    server.adminKey());
            String number = first.json().get("grant").toString();
            Pair extend = pair(
                    page,
                    AccountRoutes.EXTEND_GRANT,
                    Map.of("id", account, "grant", number),
                    Map.of("expires_at", "2027-01-01T00:00:00Z"));
            faces.refused(extend);
            faces.refused(extend.with("expires_at", "2026-01-01T00:00:00Z"));
            faces.eachField(extend, "expires_at");
            Map<String, String> unknown = Map.of("id", account, "grant", "999");
            faces.refused(
                    pair(page, AccountRoutes.EXTEND_GRANT, unknown, Map.of("expires_at", "2027-03-01T00:00:00Z")));
            faces.refused(pair(page, AccountRoutes.END_GRANT, unknown, Map.of()));
            Map<String, String> noNumber = Map.of("id", account, "grant", "x");
            faces.refused(pair(page, AccountRoutes.END_GRANT, noNumber, Map.of()));
            faces.refused(ofAccount(AccountRoutes.ADJUST, Map.of("credits", "-1000000")));
            Reply lasting = server.post(
                    "/admin/accounts/" + account + "/grants",
                    "{\"credits\":5,\"models\":[\"gemini-2.5-pro\"],\"reason\":\"for a test\"}",
                    server.adminKey());
            faces.refused(pair(
                    page,
                    AccountRoutes.EXTEND_GRANT,
                    Map.of("id", account, "grant", lasting.json().get("grant").toString()),
                    Map.of("expires_at", "2027-03-01T00:00:00Z")));
            Map<String, String> ended = Map.of("id", account, "grant", number);
            String end = "/admin/accounts/" + account + "/grants/" + number + "/end";
            server.post(end, "{\"reason\":\"for a test\"}", server.adminKey());
            faces.refused(pair(page, AccountRoutes.EXTEND_GRANT, ended, Map.of("expires_at", "2027-03-01T00:00:00Z")));
        }

        private void groups() {
            Pair set = pair(
                    "/console/groups/cheap",
                    OperatorGroups.SET,
                    Map.of("group", "cheap"),
                    Map.of("factor", "850", "version", "0"));
            faces.eachField(set, "factor", "models"); // in percent: each face refuses in its own unit
            faces.refused(set.with("models", "no-such-model 900"));
            faces.refused(set.with("models", "* 900"));
            faces.refused(set.with(
                    "models",
                    Stream.iterate(1, i -> i + 1)
                            .limit(201)
                            .map(i -> "x" + i + " 900")
                            .collect(Collectors.joining("\n"))));
            faces.refused(set.with("from", "2026-01-01T00:00:00Z"));
            assertThat(server.send(
                                    "PUT",
                                    "/admin/groups/cheap",
                                    "{\"factor\":850,\"reason\":\"for a test\"}",
                                    server.adminKey())
                            .status())
                    .isEqualTo(200);
            faces.refused(set);
            Pair enter = ofAccount(OperatorGroups.ACCOUNT, Map.of());
            faces.eachField(enter);
            faces.refused(enter.with("group", "none"));
            server.post("/admin/groups/cheap/close", "{\"reason\":\"for a test\"}", server.adminKey());
            faces.refused(enter.with("group", "cheap"));
        }

        private void plans() {
            Pair set = pair(
                    "/console/plans/basic",
                    OperatorPlans.SET,
                    Map.of("plan", "basic"),
                    Map.of("name", "Basic", "cents", "900", "period", "month", "credits", "2000", "version", "0"));
            faces.eachField(set, "cents"); // in dollars
            faces.refused(set.with("cents", "0").with("on_sale", "true"));
            faces.refused(set.with("models", "no-such-model"));
            faces.refused(set.with("group", "none"));
            faces.refused(set.with("group", "cheap"));
            Pair assign = ofAccount(PlanAssignments.ASSIGN, Map.of("plan", "basic", "periods", "1"));
            faces.refused(assign);
            faces.refused(ofAccount(PlanAssignments.END, Map.of()));
            String plan = """
                    {"name":"Basic","cents":900,"period":"month","credits":2000,"reason":"for a test"}""";
            server.send("PUT", "/admin/plans/basic", plan, server.adminKey());
            server.send("PUT", "/admin/plans/gone", plan, server.adminKey());
            server.post("/admin/plans/gone/close", "{\"reason\":\"for a test\"}", server.adminKey());
            faces.refused(set);
            faces.eachField(assign);
            faces.refused(assign.with("plan", "gone"));
            String running = "{\"plan\":\"basic\",\"periods\":%d,\"reason\":\"for a test\"}";
            String path = "/admin/accounts/" + account + "/plan";
            server.post(path, running.formatted(1), server.adminKey());
            faces.refused(assign);
            faces.refused(pair(
                    page,
                    AccountRoutes.EXTEND_GRANT,
                    Map.of("id", account, "grant", server.text("SELECT MAX(number) FROM credit_grant")),
                    Map.of("expires_at", "2028-03-01T00:00:00Z")));
            server.send("DELETE", path, "{\"reason\":\"for a test\"}", server.adminKey());
            server.post(path, running.formatted(14), server.adminKey());
            faces.refused(assign);
            faces.refused(assign.with("when", "now"));
            Pair after = assign.with("when", "after");
            faces.refused(after.with("periods", "354"));
            server.execute("UPDATE subscription SET cancelled_at = anchor WHERE ended_at IS NULL");
            faces.refused(after);
            server.execute("UPDATE subscription SET cancelled_at = NULL");
            server.send("PUT", "/admin/plans/basic", plan.replace("900", "901"), server.adminKey());
            faces.refused(after);
        }

        private void vouchers() {
            Pair create = pair("/console/vouchers", OperatorVouchers.CREATE, Map.of(), Map.of("credits", "5"));
            faces.eachField(create, "expires_at");
            faces.refused(create.with("expires_at", "2026-01-01T00:00:00Z"));
            faces.refused(create.with("models", "no-such-model"));
            Pair revoke =
                    pair("/console/vouchers", OperatorVouchers.REVOKE, Map.of(), Map.of("first", "7", "last", "9"));
            made("/admin/vouchers", "{\"credits\":5,\"reason\":\"for a test\"}", server.adminKey(), "codes");
            faces.eachField(revoke);
            faces.refused(revoke);
            faces.refused(revoke.with("last", "2"));
            faces.refused(revoke.with("last", "99999"));
        }

        private void announcements() {
            Pair write = pair("/console/status", OperatorAnnouncements.WRITE, Map.of(), Map.of("text", "A word."));
            faces.eachField(write);
            faces.refused(write.with("ends_at", "2026-01-01T00:00:00Z"));
            Map<String, String> unknown = Map.of("number", "99");
            faces.refused(pair("/console/status", OperatorAnnouncements.DELETE, unknown, Map.of()));
            String number = made(
                    "/admin/announcements",
                    "{\"text\":\"Later.\",\"begins_at\":\"2026-12-01T00:00:00Z\",\"reason\":\"for a test\"}",
                    server.adminKey(),
                    "number");
            Map<String, String> later = Map.of("number", number);
            faces.refused(
                    pair("/console/status", OperatorAnnouncements.CHANGE, later, Map.of("ends_at", NOW.toString())));
        }

        private void people() {
            Map<String, String> nobody = Map.of("login", "nobody@example.org");
            faces.refused(ofAccount(OperatorPeople.SET_ROLE, and(nobody, "role", "operator")));
            faces.refused(ofAccount(OperatorPeople.APPOINT_OWNER, nobody));
            faces.refused(ofAccount(OperatorPeople.REMOVE_SECOND_FACTOR, nobody));
            faces.refused(ofAccount(OperatorLinks.RESET_LINK, nobody));
            Map<String, String> wrong = Map.of("email", "nobody");
            faces.refused(pair("/console/accounts", OperatorLinks.INVITE, Map.of(), wrong));
            Map<String, String> known = Map.of("email", "olga@example.org");
            faces.refused(pair("/console/accounts", OperatorLinks.INVITE, Map.of(), known));
            faces.refused(ofAccount(OperatorLinks.INVITE, and(known, "account", account)));
            String own = server.text("SELECT account_id FROM person WHERE login = 'operator'");
            Pair last = pair(
                    "/console/accounts/" + own,
                    OperatorPeople.SET_ROLE,
                    Map.of("id", own),
                    Map.of("login", "operator", "role", "user"));
            faces.refused(last.pressing(OperatorPeople.SET_ROLE.buttons().getLast()));
        }

        private void prices() {
            Pair set = price("gemini-2.5-pro");
            faces.refused(set);
            faces.refused(set.with("input", "5000000"));
            faces.refused(set.with("cached_input", "500000"));
            faces.refused(set.with("image_output", "5000"));
            faces.refused(set.with("from", "2026-01-01T00:00:00Z"));
            faces.refused(set.with("flex", "500"));
            faces.refused(set.with("output", "900000").with("flex", "2"));
            faces.refused(set.with("prompt_tokens", "0"));
            faces.refused(set.with("search_counts", "calls"));
            faces.refused(set.with("search_counts", "x"));
            faces.refused(set.with("cancel_scheduled", "true"));
            faces.refused(set.with("input", "7").with("version", "none"));
            server.post(set.request().path(), "{\"input\":7,\"reason\":\"for a test\"}", server.adminKey());
            faces.refused(set.with("input", "8").with("version", "none"));
            server.post(set.request().path(), "{\"output\":900000,\"reason\":\"for a test\"}", server.adminKey());
            Map<String, String> twice = Map.of("factor", "2000", "version", "0");
            faces.refused(pair("/console/groups/dear", OperatorGroups.SET, Map.of("group", "dear"), twice));
            faces.refused(price("google/gemini-2.5-pro").with("cached_input", "1"));
            Pair embedding = price("gemini-embedding-001");
            faces.refused(embedding.with("output", "5"));
            faces.refused(embedding.with("reasoning", "billed"));
        }

        /** The form of a price, which has its own names for fields. */
        private static Pair price(String model) {
            List<Field<?>> fields = new ArrayList<>();
            Stream.of(Rate.INPUT, Rate.OUTPUT, Rate.CACHED_INPUT, Rate.IMAGE_OUTPUT)
                    .forEach(rate -> fields.add(Field.signedCredits(rate.key(), rate.head())));
            fields.add(Field.object("tiers", sentence("Tiers"), Field.signedCredits("flex", sentence("Flex"))));
            fields.add(Field.object(
                    "above",
                    sentence("Long prompts"),
                    Field.signedCredits("prompt_tokens", sentence("Long prompts: above"))));
            fields.add(Field.text("search_counts", sentence("Counted searches")));
            fields.add(Field.text("reasoning", sentence("Reasoning")));
            fields.add(Field.flag("cancel_scheduled", sentence("Cancel later prices")));
            fields.add(Field.text("from", sentence("price::From")));
            fields.add(Field.text("version", sentence("Version")));
            fields.add(REASON);
            Map<String, String> names = Map.of("flex", "tiers.flex", "prompt_tokens", "above.prompt_tokens");
            return new Pair(
                    operator,
                    "/console/prices/" + model,
                    PriceRoutes.SET.button().deed(),
                    fields,
                    Map.of("reason", "for a test"),
                    new Request("POST", "/admin/models/" + model + "/prices", server.adminKey()),
                    typed -> {
                        Map<String, String> form = new LinkedHashMap<>();
                        typed.forEach((name, text) -> form.put(names.getOrDefault(name, name), text));
                        return form;
                    });
        }

        private void calls() {
            Customer customer = server.customer("100");
            customer.chat("""
                    {"model":"gemini-2.5-pro","stream":false,"messages":[{"role":"user","content":"Say hello."}]}""");
            String task = customer.lastTask().get("id").asString();
            Pair refund = pair(
                    "/console/requests/" + task, AccountRoutes.REFUND, Map.of("id", task), Map.of("credits", "99"));
            faces.eachField(refund);
            faces.refused(refund);
        }
    }

    @Test
    void a_form_and_the_api_refuse_by_one_rule_each_in_its_language() {
        assertThat(String.join("\n", faces.faults)).isEmpty();
    }

    @Test
    void the_api_says_what_it_always_said() throws IOException {
        if ("write".equals(System.getProperty("tollgate.golden"))) {
            Files.createDirectories(FOLDER);
            Files.write(OF_API, faces.lines);
        }
        assertThat(faces.lines).containsExactlyElementsOf(new TreeSet<>(Files.readAllLines(OF_API)));
    }

    /** A sentence that no form meets has its reason, by its class or by itself. */
    @Test
    void each_refusal_was_provoked_or_has_a_reason() throws IOException {
        Map<String, String> all = RefusalSentences.find();
        Map<String, String> left = new TreeMap<>(all);
        left.keySet().removeAll(faces.provoked);
        System.out.println("refusals provoked by form and API: " + (all.size() - left.size()) + " of " + all.size()
                + ", by " + faces.lines.size() + " requests");
        Map<String, String> reasons = Files.readAllLines(REASONS).stream()
                .map(line -> line.split("\t"))
                .collect(Collectors.toMap(cells -> cells[1], cells -> cells[0]));
        assertThat(lines(left, reasons))
                .as("neither provoked nor with a reason")
                .isEmpty();
        assertThat(lines(reasons, left))
                .as("reasons of sentences that are provoked or gone")
                .isEmpty();
    }

    private static String lines(Map<String, String> some, Map<String, String> without) {
        return some.entrySet().stream()
                .filter(each -> !each.getValue().equals(without.get(each.getKey())))
                .map(each -> each.getValue() + "\t" + each.getKey())
                .collect(Collectors.joining("\n"));
    }
}
