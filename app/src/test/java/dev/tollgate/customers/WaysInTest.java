package dev.tollgate.customers;

import static dev.tollgate.testing.Asserts.assertThat;
import static dev.tollgate.testing.Asserts.found;

import dev.tollgate.Main;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Gateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ways to sign in: the operator at first and after a lost password, a known browser, and the return to the page that was requested. */
@Timeout(60)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class WaysInTest {

    private static final String PASSWORD = "somebody at the door";
    private static final Pattern SET = Pattern.compile("Password: ([a-z2-9-]{29})");

    private static final Pattern LINK = Pattern.compile("(?m)^(/(?:reset|invite)/[A-Za-z0-9_-]{43})$");

    private static Gateway gateway;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        gateway = Gateway.start("http.trusted-hops", "1");
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    private static Browser from(String address) {
        return new Browser(gateway.url(), gateway.url(), Map.of("x-forwarded-for", address));
    }

    @Test
    void behind_an_announced_proxy_metrics_need_the_key_on_this_machine() {
        assertThat(gateway.send(HttpRequest.newBuilder(URI.create(gateway.url() + "/metrics")))
                        .status())
                .isEqualTo(401);
    }

    // ---- the operator ----

    private static Path file(Path data) {
        return data.resolve("first-start");
    }

    private static String passwordIn(Path data) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(data))))
                .isEqualTo("rw-------");
        return found(SET, Files.readString(file(data)));
    }

    private static String command(String... arguments) {
        StringWriter out = new StringWriter();
        PrintWriter printer = new PrintWriter(out);
        int code = Main.run(arguments, Map.of(), printer, printer);
        printer.flush();
        assertThat(code).as(out.toString()).isZero();
        return out.toString();
    }

    private static long audited(String actor) {
        return gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'operator.reset'"
                + " AND subject = 'per_first_operator' AND actor = '" + actor + "'");
    }

    @Test
    @Order(1)
    void without_a_terminal_first_secrets_go_to_a_private_file_until_the_sign_in() throws IOException {
        String printed = gateway.app().banner().text(gateway.data());
        String password = passwordIn(gateway.data());
        assertThat(printed)
                .contains("the password and the admin key are in " + file(gateway.data()))
                .doesNotContain(password)
                .doesNotContain("adm-");
        assertThat(Files.readString(file(gateway.data()))).containsPattern("Admin key .*: adm-[0-9a-f]{64}\n");
        new Browser(gateway.url()).signUp("early@example.org", PASSWORD);
        assertThat(file(gateway.data())).exists();
        command("operator", "reset", "--data", gateway.data().toString());
        String next = passwordIn(gateway.data());
        assertThat(Files.readString(file(gateway.data())))
                .doesNotContain(password)
                .containsPattern("Admin key .*: adm-[0-9a-f]{64}\n");
        assertThat(new Browser(gateway.url()).signIn("operator", next).location())
                .isEqualTo("/console");
        assertThat(file(gateway.data())).doesNotExist();
    }

    @Test
    @Order(2)
    void a_reset_by_command_ends_sessions_and_lets_the_operator_sign_in() throws IOException {
        command("operator", "reset", "--data", gateway.data().toString());
        String password = passwordIn(gateway.data());
        Browser before = new Browser(gateway.url());
        before.signIn("operator", password);
        gateway.execute("UPDATE person SET totp_secret = 'lost' WHERE id = 'per_first_operator'");
        String printed = command("operator", "reset", "--data", gateway.data().toString());
        String next = passwordIn(gateway.data());
        assertThat(printed).contains("first-start").doesNotContain(next);
        assertThat(next).isNotEqualTo(password);
        assertThat(before.get("/console").location()).startsWith("/sign-in");
        Browser operator = new Browser(gateway.url());
        assertThat(operator.signIn("operator", password).status()).isEqualTo(422);
        assertThat(operator.signIn("operator", next).location()).isEqualTo("/console");
        assertThat(operator.get("/console").location()).isEqualTo("/dashboard/settings/security");
        assertThat(operator.submit(
                                "/dashboard/settings/security",
                                "/dashboard/settings/security",
                                Map.of("deed", "password", "present", next, "password", PASSWORD))
                        .location())
                .isEqualTo("/");
        assertThat(operator.get("/").location()).isEqualTo("/console");
        assertThat(file(gateway.data())).doesNotExist();
        assertThat(audited("control socket")).isEqualTo(3);
    }

    @Test
    @Order(3)
    void a_reset_works_while_no_server_runs() throws IOException {
        Path data = Files.createDirectory(folder.resolve("data"));
        command(
                "backup",
                "--data",
                gateway.data().toString(),
                data.resolve("tollgate.db").toString());
        Files.copy(gateway.data().resolve("secret.key"), data.resolve("secret.key"));
        command("operator", "reset", "--data", data.toString());
        String password = passwordIn(data);
        String invitation =
                link(command("invite", "late@example.org", "--reason", "while it slept", "--data", data.toString()));
        try (Gateway later = gateway.over(data)) {
            assertThat(new Browser(later.url())
                            .submit(invitation, invitation, Map.of("password", PASSWORD, "zone", "UTC"))
                            .location())
                    .isEqualTo("/dashboard");
            assertThat(later.number(
                            "SELECT COUNT(*) FROM audit_log WHERE action = 'operator.reset' AND actor = 'command'"))
                    .isEqualTo(1);
            assertThat(new Browser(later.url()).signIn("operator", password).location())
                    .isEqualTo("/console");
        }
    }

    @Test
    @Order(4)
    void a_command_makes_a_person_an_operator_and_a_user_again() {
        String login = "deputy@example.org";
        Browser before = from("198.51.100.7").signUp(login, PASSWORD);
        assertThat(before.get("/console").status()).isEqualTo(403);
        assertThat(beside("operator", "add", login, "--reason", "on call"))
                .containsPattern("deputy@example.org \\(acc_\\w+\\) is an operator now");
        assertThat(before.get("/dashboard").location()).startsWith("/sign-in");
        Browser operator = from("198.51.100.7");
        assertThat(operator.signIn(login, PASSWORD).location()).isEqualTo("/console");
        assertThat(operator.get("/console/audit").body()).contains("account.set_role", "on call", "control socket");
        assertThat(beside("operator", "remove", login, "--reason", "left")).contains("is a user now");
        assertThat(operator.get("/console").location()).startsWith("/sign-in");
        Browser user = from("198.51.100.7");
        assertThat(user.signIn(login, PASSWORD).location()).isEqualTo("/dashboard");
        assertThat(user.get("/console").status()).isEqualTo(403);
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.set_role'"
                        + " AND actor = 'control socket' AND reason IN ('on call', 'left')"))
                .isEqualTo(2);
    }

    private static String beside(String... words) {
        return command(Stream.concat(
                        Arrays.stream(words), Stream.of("--data", gateway.data().toString()))
                .toArray(String[]::new));
    }

    @Test
    @Order(5)
    void links_by_command_work_once_and_are_audited_without_secrets() {
        String invitation = link(beside("invite", "guest@example.org", "--reason", "a friend"));
        Browser guest = from("198.51.100.8");
        assertThat(guest.submit(invitation, invitation, Map.of("password", PASSWORD, "zone", "UTC"))
                        .location())
                .isEqualTo("/dashboard");
        String reset = link(beside("reset-link", "guest@example.org", "--reason", "asked by phone"));
        String next = "another one at the door";
        assertThat(from("198.51.100.8")
                        .submit(reset, reset, Map.of("password", next))
                        .status())
                .isEqualTo(303);
        assertThat(guest.get("/dashboard").location()).startsWith("/sign-in");
        assertThat(guest.signIn("guest@example.org", next).location()).isEqualTo("/dashboard");
        assertThat(guest.get(reset).status()).isEqualTo(404);
        assertThat(gateway.text("SELECT action || ' ' || actor || ' ' || reason FROM audit_log"
                        + " WHERE action IN ('account.invite', 'account.reset_link') ORDER BY sequence DESC LIMIT 1"))
                .isEqualTo("account.reset_link control socket asked by phone");
        assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'account.invite'"
                        + " AND actor = 'control socket' AND reason = 'a friend'"))
                .isEqualTo(1);
        assertThat(gateway.number(
                        "SELECT COUNT(*) FROM audit_log WHERE after_json LIKE '%" + reset.substring(7) + "%'"))
                .isZero();
    }

    private static String link(String printed) {
        return found(LINK, printed);
    }

    // ---- browsers that are known ----

    private static void guess(String login, int times) {
        Browser stranger = from("203.0.113.9");
        for (int i = 0; i < times; i++) {
            assertThat(stranger.signIn(login, "a wrong password").status()).isEqualTo(422);
        }
    }

    @Test
    void what_strangers_get_wrong_does_not_keep_the_owner_of_a_known_browser_waiting() {
        Browser owner = from("198.51.100.1").signUp("owner@example.org", PASSWORD);
        owner.submit("/dashboard", "/sign-out", Map.of());
        guess("owner@example.org", 6);
        assertThat(from("198.51.100.2").signIn("owner@example.org", PASSWORD).body())
                .contains("Too many tries");
        assertThat(owner.signIn("owner@example.org", PASSWORD).location()).isEqualTo("/dashboard");
        owner.submit("/dashboard", "/sign-out", Map.of());
        for (int i = 0; i < 5; i++) {
            assertThat(owner.signIn("owner@example.org", "a wrong password").body())
                    .contains("is wrong");
        }
        assertThat(owner.signIn("owner@example.org", PASSWORD).body()).contains("Too many tries");
    }

    @Test
    void a_browser_is_known_for_its_person_only_and_an_altered_cookie_for_none() {
        Browser attacker = from("198.51.100.3").signUp("attacker@example.org", PASSWORD);
        attacker.submit("/dashboard", "/sign-out", Map.of());
        from("198.51.100.4").signUp("victim@example.org", PASSWORD);
        guess("victim@example.org", 6);
        assertThat(attacker.cookies()).contains("tollgate-browser=");
        assertThat(attacker.signIn("victim@example.org", PASSWORD).body()).contains("Too many tries");
        guess("attacker@example.org", 6);
        String cookie = attacker.cookies().replaceAll(".*tollgate-browser=([^;]*).*", "$1");
        String touched = (cookie.startsWith("A") ? "B" : "A") + cookie.substring(1);
        Browser forged = new Browser(
                gateway.url(),
                gateway.url(),
                Map.of("x-forwarded-for", "198.51.100.3", "cookie", "tollgate-browser=" + touched));
        assertThat(forged.signIn("attacker@example.org", PASSWORD).body()).contains("Too many tries");
        assertThat(attacker.signIn("attacker@example.org", PASSWORD).location()).isEqualTo("/dashboard");
    }

    @Test
    void the_cookie_of_a_known_browser_opens_nothing_and_no_script_reads_it() {
        Browser somebody = from("198.51.100.5");
        Browser.Page in = somebody.submit(
                "/sign-up", "/sign-up", Map.of("email", "kim@example.org", "password", PASSWORD, "zone", "UTC"));
        String cookie = in.response().headers().allValues("set-cookie").stream()
                .filter(each -> each.startsWith("tollgate-browser="))
                .findFirst()
                .orElseThrow();
        assertThat(cookie).contains("; HttpOnly; SameSite=Lax").contains("Path=/;");
        Browser other =
                new Browser(gateway.url(), gateway.url(), Map.of("cookie", cookie.substring(0, cookie.indexOf(';'))));
        assertThat(other.get("/dashboard").location()).isEqualTo("/sign-in");
    }

    // ---- the way back ----

    @Test
    void a_sign_in_returns_to_the_requested_page_with_its_filters() {
        Browser somebody = new Browser(gateway.url());
        somebody.signUp("filters@example.org", PASSWORD);
        somebody.submit("/dashboard", "/sign-out", Map.of());
        String wanted = "/dashboard/requests?model=gemini-2.5-pro&state=failed&q=%26a%3Db";
        String door = somebody.get(wanted).location();
        assertThat(door).isEqualTo("/sign-in?to=" + URLEncoder.encode(wanted, StandardCharsets.UTF_8));
        assertThat(somebody.get(door).body()).contains("value=\"" + wanted.replace("&", "&amp;") + "\"");
        Browser.Page in = somebody.submit(
                door, "/sign-in", Map.of("login", "filters@example.org", "password", PASSWORD, "to", wanted));
        assertThat(in.location()).isEqualTo(wanted);
        assertThat(somebody.get(door).location()).isEqualTo(wanted);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "\\/evil.example",
                "/\t/evil.example",
                "/\r\nset-cookie: a=b",
                "https://evil.example/",
                "javascript:alert(1)",
                "evil.example",
                "@evil.example",
                " //evil.example",
                ""
            })
    void no_way_back_leads_outside(String to) {
        String cookies = member().cookies();
        Browser member = new Browser(gateway.url(), gateway.url(), Map.of("cookie", cookies));
        String encoded = "?to=" + URLEncoder.encode(to, StandardCharsets.UTF_8);
        assertThat(member.get("/sign-in" + encoded).location()).isEqualTo("/dashboard");
        assertThat(member.get("/sign-in/code" + encoded).location()).isEqualTo("/dashboard");
        assertThat(new Browser(gateway.url()).get("/sign-in" + encoded).body())
                .contains("name=\"to\" value=\"/dashboard\"");
    }

    private static Browser someMember;

    private static Browser member() {
        if (someMember == null) {
            someMember = from("198.51.100.6").signUp("member@example.org", PASSWORD);
        }
        return someMember;
    }
}
