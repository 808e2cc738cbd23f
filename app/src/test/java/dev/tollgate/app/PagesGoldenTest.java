package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.http.Route;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Difference;
import dev.tollgate.testing.FilledInstallation;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.KnownPages;
import dev.tollgate.testing.NodePackages;
import dev.tollgate.testing.PageText;
import dev.tollgate.testing.Totp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The HTML of every page of a {@link FilledInstallation}, compared with golden files except for white space. The first page of a route is a whole file;
 * of its other states the file holds the {@link Difference} to the first.
 */
@Timeout(120)
class PagesGoldenTest {

    private static final Path FOLDER = Path.of("app/src/test/resources/golden/pages");

    /** Pages whose frame is compared, too, as a page of its own; all are compared by title and main part. */
    private static final Set<String> FRAMED =
            Set.of("overview", "console", "sign-in", "docs", "docs-for-strangers", "playground", "error-404");

    /** What each golden file has to contain. */
    private static final Map<String, String> FILES = new LinkedHashMap<>();

    /** The pages that axe has to read as they came, a file each. */
    @TempDir
    private static Path unread;

    private static final Map<String, String> PAGES = new HashMap<>();

    private static final Path AXE = Path.of("app/src/test/resources/axe/axe.min.js");

    private static final KnownPages READ = new KnownPages(
            "app/src/test/resources/golden/axe",
            "app/src/test/npm/axe.mjs",
            "app/src/test/npm/package-lock.json",
            AXE.toString());

    /** The first page by the path of its route. */
    private static final Map<String, String> FIRST = new HashMap<>();

    private static final Set<String> ASKED = new HashSet<>();
    private static final Map<String, String> NAMES = new HashMap<>();
    private static List<Route<?>> routes;

    private static final Pattern HIDING_ROW =
            Pattern.compile("<tr(?:(?!</tr>).)*<td class=\"[^\"]*\\b(?:hide|roomy)\\b.*?</tr>");
    /** What a row leaves to its own page is not looked for. */
    private static final Pattern HIDDEN =
            Pattern.compile("<td class=\"(?![^\"]*\\bspare\\b)[^\"]*\\b(?:hide|roomy)\\b[^>]*>(.*?)</td>");

    private static final Pattern BELOW = Pattern.compile("<span class=\"(?:sub|unroomy) .*?(?=</th>)");

    @BeforeAll
    static void fill() throws Exception {
        try (FilledInstallation used = new FilledInstallation().filled()) {
            used.gateway().writeRefusals();
            routes = used.gateway().app().routes();
            name(used.gateway(), "account", "account", "name");
            name(used.gateway(), "person", "person", "login");
            name(used.gateway(), "task", "call", "id");
            name(used.gateway(), "payment", "payment", "id");
            new Collected(used, PagesGoldenTest::keep).all();
        }
        try (Gateway fresh = Gateway.start(
                Surroundings.REAL.with(it -> it.clock = () -> FilledInstallation.NOW),
                Map.of(),
                "operator.password",
                FilledInstallation.PASSWORD,
                "pages.languages",
                "en")) {
            FilledInstallation.demoFirst(fresh);
            fresh(fresh);
        }
    }

    @AfterAll
    static void forget() {
        PAGES.clear();
        FILES.clear();
    }

    /** Names ids by the order in which their rows were made. @param then what tells rows of one instant apart */
    private static void name(Gateway gateway, String name, String table, String then) {
        String ids = gateway.text(
                "SELECT group_concat(id) FROM (SELECT id FROM " + table + " ORDER BY created_at, " + then + ")");
        int number = 0;
        for (String id : ids.split(",")) {
            NAMES.put(id, name + "-" + ++number);
        }
    }

    private static void keep(String name, String path, Browser.Page page) {
        ASKED.add(path.replaceAll("[?#].*", ""));
        if (!page.location().isEmpty()) {
            throw new AssertionError(name + " leads to " + page.location());
        }
        String text = PageText.of(page.body(), NAMES);
        if (!READ.has(text)) {
            write(name, page.body());
        }
        if (FRAMED.contains(name)) {
            keep(name + "-frame", "frame", page.status() + "\n" + text.replaceAll("(?s)(<main).*(</main>)", "$1$2"));
        }
        text = text.replaceAll("(?s)^.*?(<title>.*?</title>).*?(<main.*</main>).*$", "$1\n$2");
        if (name.startsWith("docs")) {
            text = text.replaceAll("(?s)(<article class=\"prose\">).*(</article>)", "$1$2");
        }
        keep(name, route(path), page.status() + "\n" + text);
    }

    private static void write(String name, String html) {
        try {
            Files.writeString(unread.resolve(name + ".html"), html);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String route(String path) {
        String asked = path.replaceAll("[?#].*", "");
        return routes.stream()
                .map(Route::path)
                .filter(route -> asked.matches(pattern(route)))
                .min(Comparator.comparingLong(
                        route -> route.chars().filter(each -> each == '{').count()))
                .orElse("none");
    }

    /** Returns what matches the paths that a route takes. */
    private static String pattern(String route) {
        return Pattern.quote(route)
                .replaceAll("\\{[a-z]+\\.\\.\\.}", "\\\\E.+\\\\Q")
                .replaceAll("\\{[a-z]+}", "\\\\E[^/]+\\\\Q");
    }

    private static void keep(String name, String route, String text) {
        if (PAGES.put(name, text) != null) {
            throw new AssertionError("two pages are called " + name);
        }
        String first = FIRST.putIfAbsent(route, name);
        if (first != null) {
            String difference = Difference.between(PAGES.get(first), text);
            if (difference.lines().count() < text.lines().count()) {
                FILES.put(name + ".diff", "from " + first + ".html\n" + difference);
                return;
            }
        }
        FILES.put(name + ".html", text);
    }

    private static void get(String name, Browser browser, String path) {
        keep(name, path, browser.get(path));
    }

    /** What a form is answered with where it is not taken. */
    private static void post(String name, Browser browser, String from, String path, String... fields) {
        keep(name, from, browser.submit(from, path, FilledInstallation.form(fields)));
    }

    static Stream<String> names() {
        return FILES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void a_page_is_as_it_was(String name) {
        new Golden(FOLDER, FOLDER.resolve(name)).check(FILES.get(name));
    }

    /** Chromium shows one page of each kind to axe, see {@link dev.tollgate.browser.Visit}. */
    @Test
    @Timeout(600)
    void axe_finds_nothing_in_the_html_of_any_page() throws IOException {
        try (Stream<Path> pages = Files.list(unread)) {
            if (pages.findAny().isPresent()) {
                assertThat(NodePackages.said("axe.mjs", AXE, unread)).isEmpty();
            }
        }
        READ.keep();
    }

    @Test
    @Timeout(600)
    void axe_finds_what_is_wrong_in_html(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("bad.html"),
                "<!DOCTYPE html><html lang=en><head><title>Bad</title></head><body><main><h1>Bad</h1><img src=a.png>"
                        + "<ul><li><a href=/1>One</a></li><li><a href=/2></a></li></ul><p hidden><img src=b.png></p></main></body></html>");
        assertThat(NodePackages.said("axe.mjs", AXE, folder).lines())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("bad.html: image-alt at img[src=\"a.png\"]"),
                        line -> assertThat(line).startsWith("bad.html: link-name at a[href="));
    }

    @Test
    void what_has_no_room_in_a_row_moves_below_its_name() {
        List<String> rows = FILES.values().stream()
                .filter(file -> !file.startsWith("from "))
                .flatMap(
                        page -> HIDING_ROW.matcher(page.replaceAll("\\s+", " ")).results())
                .map(MatchResult::group)
                .toList();
        assertThat(rows).hasSizeGreaterThan(100);
        assertThat(rows.stream().flatMap(PagesGoldenTest::lost)).isEmpty();
    }

    /** Returns the texts of a row that are nowhere on a narrow screen. */
    private static Stream<String> lost(String row) {
        String below =
                words(BELOW.matcher(row).results().map(MatchResult::group).collect(Collectors.joining(" ")));
        return HIDDEN.matcher(row)
                .results()
                .map(cell -> words(cell.group(1)))
                .filter(text -> !text.matches("–?") && !below.contains(text))
                .map(text -> text + " of " + row);
    }

    private static String words(String html) {
        return html.replaceAll("<[^>]*>", " ")
                .replace(":", "")
                .replaceAll("\\s+", " ")
                .strip();
    }

    @Test
    void no_golden_file_is_left_over() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(file -> file.getFileName().toString())).isSubsetOf(FILES.keySet());
        }
    }

    @Test
    void every_route_of_a_page_is_looked_at() {
        assertThat(routes.stream()
                        .filter(route -> route.method().equals("GET")
                                && route.gate().name().startsWith("page"))
                        .map(Route::path)
                        .filter(path -> !path.matches(".*(\\.csv|\\.json|\\.txt|\\.zip|/export|/live)")))
                .allSatisfy(path -> assertThat(ASKED).as(path).anyMatch(asked -> asked.matches(pattern(path))));
    }

    /** Takes a page that was asked for. */
    interface Taking {

        void take(String name, String path, Browser.Page page);

        /** Returns the page at a path. */
        default Browser.Page ask(Browser browser, String path) {
            return browser.get(path);
        }

        /** Returns what a form is answered with. */
        default Browser.Page send(Browser browser, String from, String path, Map<String, String> fields) {
            return browser.submit(from, path, fields);
        }
    }

    /** All pages of an installation, each once in each of its states. */
    record Collected(FilledInstallation it, Taking taking) {

        private void get(String name, Browser browser, String path) {
            keep(name, path, taking.ask(browser, path));
        }

        private void post(String name, Browser browser, String from, String path, String... fields) {
            keep(name, from, taking.send(browser, from, path, FilledInstallation.form(fields)));
        }

        private void keep(String name, String path, Browser.Page page) {
            taking.take(name, path, page);
        }

        void all() {
            account();
            requests();
            batches();
            keys();
            billing();
            settings();
            secondFactor();
            documentation();
            accounts();
            money();
            system();
            door();
            organization();
            status();
            grants();
        }

        /** An account whose credits are general, expire, and pay for some models; one grant has ended. */
        void grants() {
            it.signIn(it.operator, "operator");
            it.signIn(it.fred, "fred@example.org");
            String account = "/console/accounts/" + it.account("fred@example.org");
            List<String> grant = List.of("deed", "account.grant", "credits", "400", "reason", "a campaign");
            post("console-account-grant-wrong", it.operator, account, account, and(grant, "limits", "5:20"));
            it.send(it.operator, account, and(grant, "expires_at", "2026-12-27", "limits", "5:20 24:60"));
            it.send(
                    it.operator,
                    account,
                    and(grant, "expires_at", "2027-01-31", "models", "gemini-2.5-* gemini-3-pro"));
            it.send(it.operator, account, and(grant, "models", "gemini-2.5-flash"));
            it.send(it.operator, account, "deed", "grant.end", "grant", "3", "reason", "the campaign is over");
            it.send(
                    it.operator,
                    account,
                    "deed",
                    "grant.extend",
                    "grant",
                    "1",
                    "expires_at",
                    "2026-12-30",
                    "reason",
                    "longer");
            get("console-account-with-grants", it.operator, account);
            get("overview-with-grants", it.fred, "/dashboard");
            get("billing-with-grants", it.fred, "/dashboard/billing");
            get("billing-ledger-with-grants", it.fred, "/dashboard/billing/ledger");
        }

        private static String[] and(List<String> fields, String... more) {
            return Stream.concat(fields.stream(), Stream.of(more)).toArray(String[]::new);
        }

        void organization() {
            String teams = "/dashboard/teams";
            get("teams-empty", it.ann, teams);
            String team = it.send(it.ann, teams, "deed", "team.create", "name", "Search")
                    .location();
            it.send(it.ann, team, "deed", "team.set", "member", it.member("ben@example.org"), "role", "admin");
            get("teams", it.ann, teams);
            post("teams-wrong", it.ann, teams, teams, "deed", "team.create", "name", "Search");
            get("team", it.ann, team);
            get("team-of-another", it.cara, team);
            String budgets = "/dashboard/budgets";
            get("budgets-empty", it.ann, budgets);
            it.send(it.ann, budgets, "deed", "organization.set", "time_zone", "Europe/Berlin");
            it.send(
                    it.ann,
                    budgets,
                    "deed",
                    "budget.set",
                    "owner",
                    "account",
                    "window",
                    "month",
                    "limit",
                    "90000",
                    "unit",
                    "dollars");
            it.send(
                    it.ann,
                    budgets,
                    "deed",
                    "budget.set",
                    "owner",
                    "each_member",
                    "window",
                    "day",
                    "limit",
                    "12.5",
                    "unit",
                    "dollars");
            String id = team.replaceFirst(".*/", "");
            it.send(
                    it.ann,
                    budgets,
                    "deed",
                    "budget.set",
                    "owner",
                    id,
                    "window",
                    "week",
                    "limit",
                    "0",
                    "unit",
                    "dollars");
            get("budgets", it.ann, budgets + "?owner=each_member");
            post(
                    "budgets-wrong",
                    it.ann,
                    budgets,
                    budgets,
                    "deed",
                    "budget.set",
                    "owner",
                    "account",
                    "window",
                    "day",
                    "limit",
                    "unlimited");
            get("team-with-budgets", it.ann, team);
            String webhooks = "/dashboard/webhooks";
            it.send(
                    it.ann,
                    webhooks,
                    "deed",
                    "create",
                    "url",
                    "https://my_hooks.example.org/a secret|{x}",
                    "form",
                    "standard",
                    "events.balance.low",
                    "on",
                    "events.key.unused",
                    "on");
            get("webhooks-one", it.ann, webhooks);
            it.signIn(it.operator, "operator");
            get("console-account-organization", it.operator, "/console/accounts/" + it.account("ann@example.org"));
            get("member-with-budgets", it.ann, "/dashboard/members/" + it.member("ben@example.org"));
        }

        void account() {
            get("overview", it.ann, "/dashboard");
            get("overview-of-who-only-has-credits", it.fred, "/dashboard");
            get("overview-of-a-stranger-provider", it.cara, "/dashboard");
            get("usage", it.ann, "/dashboard/usage");
            get("usage-of-calls", it.ann, "/dashboard/usage?range=30&by=model&metric=calls&sort=-calls");
            get("usage-of-first-bytes", it.ann, "/dashboard/usage?range=7&metric=first_byte");
            get("usage-of-a-month", it.ann, "/dashboard/usage?range=month");
            get("usage-own-range", it.ann, "/dashboard/usage?range=own&from=2026-10-30&to=2026-11-05&by=model");
            get("usage-of-a-key", it.ann, "/dashboard/usage?range=90&key=" + it.keys.get("laptop"));
            get("usage-empty", it.fred, "/dashboard/usage");
            get("playground", it.ann, "/playground");
            get("playground-of-a-model", it.cara, "/playground?model=gemini-3.1-pro");
        }

        void requests() {
            String list = "/dashboard/requests";
            get("requests", it.ann, list);
            get("requests-all", it.ann, list + "?range=30");
            get("requests-of-a-model", it.ann, list + "?range=7&model=gemini-2.5-pro&state=completed");
            get("requests-failed", it.ann, list + "?range=30&state=failed&key=" + it.keys.get("laptop"));
            get("requests-own-range", it.ann, list + "?range=own&from=2026-11-01&to=2026-11-10");
            get("requests-none-found", it.ann, list + "?range=own&from=2026-01-01&to=2026-01-02");
            get("requests-empty", it.fred, list);
            get("refused", it.ann, list + "/refused");
            get("refused-empty", it.fred, list + "/refused");
            it.calls.forEach((name, id) -> get(
                    "request-" + name,
                    name.equals("cut") || name.equals("google") ? it.cara : it.ann,
                    list + "/" + id));
            get("request-verified", it.ann, list + "/" + it.calls.get("plain") + "?verify=1");
            get("request-of-another", it.fred, list + "/" + it.calls.get("plain"));
            get("find-nothing", it.ann, "/dashboard/find?q=nothing");
            get("find-several", it.ann, "/dashboard/find?q=g");
        }

        void batches() {
            String list = "/dashboard/batches";
            get("batches", it.ann, list);
            get("batches-of-a-key", it.ann, list + "?key=" + it.keys.get("prod-web"));
            get("batches-empty", it.fred, list);
            get(
                    "batches-older",
                    it.ann,
                    list + "?before=" + it.batchPath("wrong").substring(list.length() + 1));
            it.batches.keySet().forEach(name -> get("batch-" + name, it.ann, it.batchPath(name)));
            get("batch-of-another", it.fred, it.batchPath("wrong"));
            get("console-jobs", it.operator, "/console/requests/jobs");
            get("batch-cancelling", it.ann, it.batchPath("running") + "?done=ends");
        }

        void keys() {
            String list = "/dashboard/keys";
            get("keys", it.ann, list);
            get("keys-empty", it.fred, list);
            get("keys-said", it.ann, list + "?done=deleted");
            it.keys.forEach((name, id) -> get(
                    "key-" + name.replaceAll("[^a-z]+", "-"),
                    name.equals("phone") ? it.cara : it.ann,
                    list + "/" + id));
            get("key-new", it.ann, list + "/new");
            post(
                    "key-new-wrong",
                    it.ann,
                    list + "/new",
                    list + "/new",
                    "name",
                    "",
                    "unit",
                    "credits",
                    "hour",
                    "many",
                    "day",
                    "-1",
                    "total",
                    "1.2",
                    "requests",
                    "0",
                    "tokens",
                    "x",
                    "concurrency",
                    "0",
                    "expires",
                    "soon",
                    "allow",
                    "nowhere",
                    "model-1",
                    "no-model");
            post(
                    "key-new-without-a-password",
                    it.cara,
                    list + "/new",
                    list + "/new",
                    "name",
                    "m",
                    "kind",
                    "management");
            post("key-made", it.fred, list + "/new", list + "/new", "name", "first");
            String laptop = list + "/" + it.keys.get("prod-web");
            post(
                    "key-wrong",
                    it.ann,
                    laptop,
                    laptop,
                    "deed",
                    "key.change",
                    "version",
                    "0",
                    "name",
                    "",
                    "unit",
                    "credits",
                    "hour",
                    "-");
            post("key-delete-untyped", it.ann, laptop, laptop, "deed", "key.delete", "typed", "other");
            get("key-unknown", it.ann, list + "/key_none");
        }

        void billing() {
            String path = "/dashboard/billing";
            get("billing", it.ann, path);
            get("billing-empty", it.fred, path);
            get("billing-ledger", it.ann, path + "/ledger");
            get("billing-ledger-empty", it.fred, path + "/ledger");
            get("billing-ledger-older", it.ann, path + "/ledger?before=9");
            post(
                    "billing-contact-wrong",
                    it.ann,
                    path,
                    path + "/contact",
                    "name",
                    "x".repeat(400),
                    "address",
                    "a",
                    "vat-id",
                    "b");
            get("statement", it.ann, path + "/statements/2026-11");
            get("statement-of-a-past-month", it.ann, path + "/statements/2026-10");
            get("statement-empty", it.fred, path + "/statements/2026-11");
            get("statement-of-no-month", it.ann, path + "/statements/nonsense");
            get("top-up", it.ann, path + "/top-up");
            post("top-up-wrong", it.ann, path + "/top-up", path + "/top-up", "id", "a".repeat(32), "own", "ten");
            post("voucher-wrong", it.ann, path + "/top-up", path + "/voucher", "code", "nonsense");
            post("voucher-used", it.ann, path + "/top-up", path + "/voucher", "code", it.vouchers.getFirst());
            it.payments.forEach((name, id) -> get("payment-" + name, it.ann, path + "/top-up/" + id));
            get("payment-unknown", it.ann, path + "/top-up/pay_none");
            get("invoice", it.ann, path + "/invoices/" + it.payments.get("paid"));
            get("invoice-unpaid", it.ann, path + "/invoices/" + it.payments.get("open"));
        }

        void settings() {
            String path = "/dashboard/settings";
            get("settings", it.ann, path);
            get("settings-saved", it.ann, path + "?saved=1");
            post(
                    "settings-wrong",
                    it.ann,
                    path,
                    path,
                    "version",
                    "0",
                    "name",
                    "",
                    "zone",
                    "Nowhere/Land",
                    "theme",
                    "pink");
            get("organizations", it.ann, path + "/organizations");
            get("members", it.ann, "/dashboard/members");
            post(
                    "members-wrong",
                    it.ann,
                    "/dashboard/members",
                    "/dashboard/members",
                    "deed",
                    "invitation.create",
                    "email",
                    "nonsense",
                    "role",
                    "admin");
            get("member", it.ann, "/dashboard/members/" + it.member("ben@example.org"));
            get("member-self", it.ann, "/dashboard/members/" + it.member("ann@example.org"));
            get("webhooks", it.ann, "/dashboard/webhooks");
            get("tags", it.ann, "/dashboard/tags");
            get("audit-log", it.ann, "/dashboard/audit-log");
            get("member-unknown", it.ann, "/dashboard/members/mem_none");
            get("notices", it.ann, path + "/notices");
            post(
                    "notices-wrong",
                    it.ann,
                    path + "/notices",
                    path + "/notices",
                    "version",
                    "0",
                    "unit",
                    "credits",
                    "line",
                    "many");
            get("email", it.ann, path + "/email");
            post("email-wrong", it.ann, path + "/email", path + "/email", "deed", "change", "email", "nonsense");
            get("data", it.ann, path + "/data");
            get("data-of-who-shares", it.ben, path + "/data");
            get("data-of-who-is-alone", it.cara, path + "/data");
            post("data-wrong", it.fred, path + "/data", path + "/data", "login", "other", "password", "wrong");
            get("security", it.ann, path + "/security");
            get("security-without-password", it.cara, path + "/security");
            post(
                    "security-wrong",
                    it.ann,
                    path + "/security",
                    path + "/security",
                    "deed",
                    "password",
                    "present",
                    "wrong",
                    "password",
                    "short");
            get("identity", it.ann, path + "/security/identity");
            get("identity-connected", it.cara, path + "/security/identity");
            get("identity-done", it.cara, path + "/security/identity?done=connected");
        }

        void secondFactor() {
            String path = "/dashboard/settings/security/second-factor";
            get("second-factor", it.ben, path);
            String page = it.ben.get(path).body();
            String secret = found("id=\"secret\">([^<]+)<", page).replace(" ", "");
            String sealed = found("name=\"sealed\" value=\"([^\"]+)\"", page);
            post("second-factor-wrong", it.ben, path, path, "deed", "on", "sealed", sealed, "code", "000000");
            post(
                    "second-factor-made",
                    it.ben,
                    path,
                    path,
                    "deed",
                    "on",
                    "sealed",
                    sealed,
                    "code",
                    Totp.code(secret, it.now()));
            get("second-factor-on", it.ben, path);
            get("security-with-second-factor", it.ben, "/dashboard/settings/security");
            it.at(it.now().plusSeconds(700));
            get("second-factor-unproven", it.ben, path);
            post("second-factor-unproven-wrong", it.ben, path, path, "deed", "prove", "password", "wrong");
            get("data-unproven", it.ben, "/dashboard/settings/data");
            String manager = "/dashboard/keys/" + it.keys.get("manager");
            String make = "/dashboard/keys/new";
            post(
                    "key-new-unproven",
                    it.ann,
                    make,
                    make,
                    "name",
                    "m",
                    "kind",
                    "management",
                    "scope-keys:read",
                    "1",
                    "password",
                    "wrong");
            get("key-locked", it.ann, manager);
            post("key-locked-wrong", it.ann, manager, manager, "deed", "prove", "password", "wrong");
            it.signIn(it.ben, "ben@example.org");
            get("code", it.ben, "/sign-in/code?to=%2Fdashboard%2Fusage");
            post("code-wrong", it.ben, "/sign-in/code", "/sign-in/code", "to", "/dashboard", "code", "000000");
        }

        void documentation() {
            Browser stranger = it.browser(20);
            get("docs", it.ann, "/docs");
            get("docs-for-strangers", stranger, "/docs");
            get("docs-page", stranger, "/docs/billing");
            get("docs-reference", stranger, "/docs/reference/chat");
            get("docs-search", stranger, "/docs/search?q=idempotency");
            get("docs-unknown", stranger, "/docs/nothing");
            get("models", it.ann, "/docs/models");
            get("models-for-strangers", stranger, "/docs/models");
            get("model", stranger, "/docs/models/gemini-3.1-pro");
            get("model-google", it.ann, "/docs/models/google/gemini-2.5-pro");
            get("model-unknown", stranger, "/docs/models/none");
            get("error-404", it.ann, "/dashboard/nothing");
        }

        void status() {
            it.gateway()
                    .execute("INSERT INTO announcement (number, text, begins_at, ends_at, created_at) VALUES"
                            + " (1, 'Calls took longer than usual.', 1792000000000, 1792003600000, 1792000000000),"
                            + " (2, 'On Sunday some calls <may> take longer.', 4000000000000, NULL, 1792000000000)");
            for (int days = 1; days < 80; days++) {
                int failed = days % 40 == 7 ? 9 : days % 30 == 4 ? 3 : 0;
                day(days, "completed", 90 - failed);
                day(days, "failed", failed);
            }
            Browser stranger = it.browser(23);
            get("status", stranger, "/status");
            get("status-model", stranger, "/status/gemini-3.8-flash");
            get("status-model-quiet", stranger, "/status/google/gemini-2.5-pro");
            get("status-model-unknown", stranger, "/status/none");
            it.gateway().execute("DELETE FROM usage_quarter WHERE key_id LIKE 'status %'");
            it.gateway().execute("DELETE FROM usage_day WHERE key_id LIKE 'status %'");
        }

        private void day(int ago, String ending, int calls) {
            long day = FilledInstallation.NOW
                    .truncatedTo(ChronoUnit.DAYS)
                    .minus(ago, ChronoUnit.DAYS)
                    .toEpochMilli();
            it.gateway()
                    .execute(
                            "INSERT INTO usage_hour (starts_at, node_id, channel, model, upstream_model, ending, calls, first_4) VALUES ("
                                    + day + ", 'status', 'main', 'gemini-3.8-flash', 'up', '" + ending + "', " + calls
                                    + ", "
                                    + calls + ")");
            for (String table : List.of("usage_quarter", "usage_day")) { // of which one is read
                it.gateway()
                        .execute("INSERT INTO " + table
                                + " (account_id, starts_at, key_id, model, calls, failed) VALUES ('"
                                + it.account("ann@example.org") + "', " + day + ", 'status " + ending
                                + "', 'gemini-3.8-flash', " + calls + ", "
                                + (ending.equals("failed") ? calls : 0) + ")");
            }
        }

        void accounts() {
            Browser operator = it.operator;
            it.signIn(operator, "operator");
            String path = "/console/accounts";
            get("console", operator, "/console");
            get("console-accounts", operator, path);
            get("console-accounts-found", operator, path + "?q=example.org");
            get("console-accounts-none-found", operator, path + "?q=nothing+at+all");
            post(
                    "console-accounts-wrong",
                    operator,
                    path,
                    path,
                    "deed",
                    "account.create",
                    "name",
                    "",
                    "credits",
                    "many",
                    "reason",
                    "");
            post(
                    "console-invite-wrong",
                    operator,
                    path,
                    path,
                    "deed",
                    "account.invite",
                    "email",
                    "nonsense",
                    "reason",
                    "r");
            for (String person : List.of("ann", "ben", "dora", "fred", "cara")) {
                if (!person.equals("ben")) {
                    get("console-account-" + person, operator, path + "/" + it.account(person + "@example.org"));
                }
            }
            get("console-account-done", operator, path + "/" + it.account("ann@example.org") + "?done=account.grant");
            get("console-account-deleted", operator, path + "/" + it.deleted());
            String ann = path + "/" + it.account("ann@example.org");
            post("console-account-wrong", operator, ann, ann, "deed", "account.grant", "credits", "many", "reason", "");
            post(
                    "console-account-limits-wrong",
                    operator,
                    ann,
                    ann,
                    "deed",
                    "account.limits",
                    "hour",
                    "-1",
                    "requests",
                    "0",
                    "reason",
                    "r");
            post(
                    "console-reset-link",
                    operator,
                    ann,
                    ann,
                    "deed",
                    "account.reset_link",
                    "login",
                    "ann@example.org",
                    "reason",
                    "by phone");
            get("console-account-unknown", operator, path + "/acc_none");
            get("console-for-customers", it.ann, "/console");
            String calls = "/console/requests";
            get("console-requests", operator, calls);
            get(
                    "console-requests-filtered",
                    operator,
                    calls + "?model=gemini-2.5-pro&state=completed&account=" + it.account("ann@example.org"));
            get("console-requests-none-found", operator, calls + "?account=acc_none");
            get("console-refused", operator, calls + "/refused");
            get("console-refused-of-a-code", operator, calls + "/refused?code=model_not_found");
            it.calls.forEach((name, id) -> get("console-request-" + name, operator, calls + "/" + id));
            String streamed = calls + "/" + it.calls.get("streamed");
            post(
                    "console-request-wrong",
                    operator,
                    streamed,
                    streamed,
                    "deed",
                    "task.refund",
                    "credits",
                    "many",
                    "reason",
                    "");
            get("console-request-done", operator, streamed + "?done=task.refund");
            get("console-request-unknown", operator, calls + "/chatcmpl-none");
        }

        void money() {
            Browser operator = it.operator;
            get("console-prices", operator, "/console/prices");
            String price = "/console/prices/gemini-3-pro";
            get("console-price", operator, price);
            get("console-price-done", operator, price + "?done=model.price");
            get("console-price-google", operator, "/console/prices/google/gemini-2.5-pro");
            post(
                    "console-price-compared",
                    operator,
                    price,
                    price,
                    "deed",
                    "model.price",
                    "preview",
                    "on",
                    "input",
                    "1",
                    "output",
                    "2,000.5",
                    "reasoning",
                    "billed");
            post(
                    "console-price-wrong",
                    operator,
                    price,
                    price,
                    "deed",
                    "model.price",
                    "preview",
                    "on",
                    "input",
                    "cheap",
                    "output",
                    "1",
                    "reasoning",
                    "free");
            get("console-price-unknown", operator, "/console/prices/none");
            get("console-groups", operator, "/console/groups");
            get("console-group-new", operator, "/console/groups/gold");
            post(
                    "console-group-preview",
                    operator,
                    "/console/groups/gold",
                    "/console/groups/gold",
                    "deed",
                    "group.set",
                    "preview",
                    "on",
                    "version",
                    "0",
                    "factor",
                    "85",
                    "models",
                    "gemini-3-pro 90",
                    "from",
                    "");
            get("console-plans", operator, "/console/plans");
            get("console-plan-new", operator, "/console/plans/pro");
            String[] plan = {
                "deed",
                "plan.set",
                "version",
                "0",
                "name",
                "Pro",
                "cents",
                "0.49",
                "period",
                "week",
                "credits",
                "1000",
                "limits",
                "5:20"
            };
            post("console-plan-wrong", operator, "/console/plans/pro", "/console/plans/pro", plan);
            get("console-status", operator, "/console/status");
            String[] typed = {
                "text",
                "Slower on Sunday",
                "begins_at",
                "2026-12-06T08:00",
                "ends_at",
                "2026-12-06T07:00",
                "reason",
                "planned"
            };
            post(
                    "console-status-wrong",
                    operator,
                    "/console/status",
                    "/console/status",
                    Stream.concat(Stream.of("deed", "announcement.write"), Stream.of(typed))
                            .toArray(String[]::new));
            get("console-vouchers", operator, "/console/vouchers");
            post(
                    "console-vouchers-wrong",
                    operator,
                    "/console/vouchers",
                    "/console/vouchers",
                    "deed",
                    "voucher.create",
                    "count",
                    "two",
                    "credits",
                    "5",
                    "reason",
                    "r");
            post(
                    "console-vouchers-made",
                    operator,
                    "/console/vouchers",
                    "/console/vouchers",
                    "deed",
                    "voucher.create",
                    "count",
                    "2",
                    "credits",
                    "5",
                    "reason",
                    "for a fair");
            get("console-vouchers-campaign", operator, "/console/vouchers/1");
            get("console-vouchers-one", operator, "/console/vouchers/1?state=open&code=2");
            get("console-payments", operator, "/console/payments");
            get("console-invoice", operator, "/console/payments/" + it.payments.get("paid") + "/invoice");
            get("console-payments-none", operator, "/console/payments?month=2020-01&state=paid&text=nobody");
            for (String by : List.of("day", "model", "channel", "account")) {
                get("console-revenue-by-" + by, operator, "/console/revenue?by=" + by);
            }
            get("console-steps", operator, "/console?steps=all");
            get("console-revenue-own-range", operator, "/console/revenue?range=own&from=2026-11-01&to=2026-11-10");
            get("console-books", operator, "/console/books");
            get("console-months", operator, "/console/books/months");
            for (String path :
                    List.of("", "/payments", "/test_payments", "/refunded_calls", "/shortfalls", "/upstream_cost")) {
                get("console-month" + path.replaceAll("[/_]", "-"), operator, "/console/books/months/2026-11" + path);
            }
        }

        void system() {
            Browser operator = it.operator;
            get("console-channels", operator, "/console/channels");
            get("console-channels-read", operator, "/console/channels?read=yes");
            get("console-channels-tried", operator, "/console/channels?tried=main&took=12&end=answered");
            get("console-audit", operator, "/console/audit");
            get("console-audit-filtered", operator, "/console/audit?action=price.set");
            get("console-audit-of-an-account", operator, "/console/audit?subject=" + it.account("dora@example.org"));
            get("console-audit-none-found", operator, "/console/audit?subject=nothing");
            for (String tab : List.of("sign-up", "mail", "logging", "all")) {
                get("console-settings-" + tab, operator, "/console/settings/" + tab);
            }
            get("console-settings", operator, "/console/settings");
            get("console-settings-done", operator, "/console/settings?done=setting.set");
            post(
                    "console-settings-wrong",
                    operator,
                    "/console/settings/sign-up",
                    "/console/settings/sign-up",
                    "deed",
                    "setting.set",
                    "reason",
                    "r",
                    "was-sign-up.credits",
                    "50",
                    "sign-up.credits",
                    "many");
            get("console-prove", operator, "/console/prove?to=%2Fconsole%2Fprices");
            post(
                    "console-prove-wrong",
                    operator,
                    "/console/prove",
                    "/console/prove",
                    "to",
                    "/console/prices",
                    "password",
                    "wrong");
        }

        void door() {
            Browser stranger = it.browser(21);
            get("sign-in", stranger, "/sign-in?to=%2Fdashboard%2Fusage");
            for (String said : List.of("confirmed", "reset", "deleted", "left")) {
                get("sign-in-said-" + said, stranger, "/sign-in?said=" + said);
            }
            post("sign-in-wrong", stranger, "/sign-in", "/sign-in", "login", "ann@example.org", "password", "wrong");
            get("sign-up", stranger, "/sign-up");
            get("sign-up-sent", stranger, "/sign-up?sent=1");
            post("sign-up-wrong", stranger, "/sign-up", "/sign-up", "email", "nonsense", "zone", "UTC");
            get("forgot", stranger, "/forgot");
            get("forgot-sent", stranger, "/forgot?sent=1");
            get("dead-link", stranger, "/reset/nothing");
            String reset = it.resetLink("fred@example.org");
            get("reset", stranger, reset);
            post("reset-wrong", stranger, reset, reset, "password", "short");
            String invitation = it.invitation("new@example.org");
            get("join", stranger, invitation);
            post(
                    "join-wrong",
                    stranger,
                    invitation,
                    invitation,
                    "password",
                    "short",
                    "name",
                    "x".repeat(300),
                    "zone",
                    "UTC");
            it.at(it.now().plusSeconds(60));
            it.ann.submit(
                    "/dashboard/settings/email",
                    "/dashboard/settings/email",
                    Map.of("deed", "change", "email", "ann@example.com", "password", FilledInstallation.PASSWORD));
            get("email-waiting", it.ann, "/dashboard/settings/email");
            String confirm = it.mailed("ann@example.com");
            get("confirm", stranger, confirm);
            it.another("dan", "dan@example.org");
            keep(
                    "newcomer",
                    "/sign-in/oidc",
                    stranger.get(it.through(stranger, "/sign-in/oidc").location()));
            it.another("ann", "ann@example.org");
            keep(
                    "newcomer-taken",
                    "/sign-in/oidc",
                    stranger.get(it.through(stranger, "/sign-in/oidc").location()));
            keep(
                    "identity-connect",
                    "/dashboard/settings/security/identity",
                    it.ann.get(it.through(it.ann, "/sign-in/oidc?for=connect").location()));
            get("oidc-failed", stranger, "/sign-in/oidc?error=access_denied&state=x");
            get("landing", it.browser(22), "/");
            get("error-421", stranger, "/nothing-here");
        }
    }

    /** A server without mail, payments and identity provider, on which nothing has happened yet. */
    private static void fresh(Gateway gateway) {
        Browser operator = new Browser(gateway.url());
        operator.signIn("operator", FilledInstallation.PASSWORD);
        for (String page : List.of(
                "",
                "/accounts",
                "/requests",
                "/requests/refused",
                "/channels",
                "/prices",
                "/vouchers",
                "/payments",
                "/revenue",
                "/books",
                "/audit",
                "/settings/mail",
                "/accounts/acc_demo")) {
            get("fresh-console" + page.replace('/', '-').replace("acc_demo", "demo"), operator, "/console" + page);
        }
        post(
                "fresh-console-invited",
                operator,
                "/console/accounts",
                "/console/accounts",
                "deed",
                "account.invite",
                "email",
                "a@example.org",
                "reason",
                "r");
        Browser kim = new Browser(gateway.url());
        get("fresh-landing", kim, "/");
        get("fresh-sign-up", kim, "/sign-up");
        post(
                "fresh-sign-up-wrong",
                kim,
                "/sign-up",
                "/sign-up",
                "email",
                "kim@example.org",
                "password",
                "short",
                "zone",
                "UTC");
        get("fresh-forgot", kim, "/forgot");
        get("fresh-sign-in", kim, "/sign-in");
        kim.signUp("kim@example.org", FilledInstallation.PASSWORD);
        for (String page : List.of(
                "",
                "/usage",
                "/requests",
                "/keys",
                "/billing",
                "/billing/top-up",
                "/settings/email",
                "/settings/notices",
                "/settings/security",
                "/settings/security/identity",
                "/settings/data")) {
            get("fresh-dashboard" + page.replace('/', '-'), kim, "/dashboard" + page);
        }
        String top = "/dashboard/billing/top-up";
        String path = kim.submit(top, top, Map.of("id", "0".repeat(32), "dollars", "25"))
                .location();
        String test = path.replace(top, "/pay/test");
        get("fresh-payment-open", kim, path);
        get("fresh-test-payment", kim, test);
        kim.submit(test, test, Map.of("end", "paid"));
        get("fresh-payment-paid", kim, path);
        get("fresh-test-payment-ended", kim, test);
        get("fresh-test-receipt", kim, path.replace("top-up", "invoices"));
        get("fresh-billing-paid", kim, "/dashboard/billing");
        plans(operator, kim);
    }

    /** A plan on sale, which a customer buys with test money and prolongs. */
    private static void plans(Browser operator, Browser kim) {
        String page = "/console/plans/pro";
        Map<String, String> plan = new HashMap<>(Map.of("deed", "plan.set", "version", "0", "name", "Pro"));
        plan.putAll(Map.of("cents", "9.50", "period", "month", "credits", "1000", "limits", "5:100"));
        plan.putAll(Map.of("boxes", "on_sale", "on_sale", "on", "reason", "a plan for all"));
        operator.submit(page, page, plan);
        get("fresh-console-plan-on-sale", operator, page);
        get("fresh-billing-on-sale", kim, "/dashboard/billing");
        String first = buys(kim, "1");
        get("fresh-plan-payment-open", kim, first);
        String test = first.replace("/dashboard/billing/top-up", "/pay/test");
        get("fresh-plan-test-payment", kim, test);
        kim.submit(test, test, Map.of("end", "paid"));
        get("fresh-plan-payment-paid", kim, first);
        get("fresh-plan-receipt", kim, first.replace("top-up", "invoices"));
        String ahead = buys(kim, "2").replace("/dashboard/billing/top-up", "/pay/test");
        kim.submit(ahead, ahead, Map.of("end", "paid"));
        get("fresh-billing-plan", kim, "/dashboard/billing");
        post(
                "fresh-billing-plan-refused",
                kim,
                "/dashboard/billing",
                "/dashboard/billing/plan",
                "deed",
                "plan.buy",
                "payment",
                "nothing",
                "plan",
                "pro",
                "version",
                "1",
                "when",
                "now");
        get("fresh-console-payments-plan", operator, "/console/payments");
    }

    /** Begins to pay for a period. @return the path of the payment */
    private static String buys(Browser kim, String id) {
        Map<String, String> form = new HashMap<>(Map.of("deed", "plan.buy", "payment", id.repeat(32)));
        form.putAll(Map.of("plan", "pro", "version", "1", "when", "after"));
        return kim.submit("/dashboard/billing", "/dashboard/billing/plan", form).location();
    }
}
