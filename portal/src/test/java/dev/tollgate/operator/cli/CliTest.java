package dev.tollgate.operator.cli;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.ConfigException;
import dev.tollgate.base.config.ServerSettings;
import dev.tollgate.base.config.Setting;
import dev.tollgate.base.config.SettingTable;
import dev.tollgate.base.config.Settings;
import dev.tollgate.base.config.TrafficSettings;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.models.CatalogueLoader;
import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.cli.parts.Actions;
import dev.tollgate.operator.cli.parts.SandboxChoice;
import dev.tollgate.operator.inspection.Inspection;
import dev.tollgate.operator.inspection.ReceiptFiles;
import dev.tollgate.operator.inspection.ReceiptFiles.CannotLook;
import dev.tollgate.testing.PortalServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class CliTest {

    @TempDir
    Path data;

    private final FakeApi api = new FakeApi();
    private FakeInspection inspection = new FakeInspection();
    private final Map<String, String> environment = new HashMap<>();
    private final List<Settings> served = new ArrayList<>();
    private boolean beganAfresh;
    private final List<SandboxChoice> sandboxes = new ArrayList<>();
    private int opened;
    private String out = "";
    private String err = "";

    @Test
    void serve_is_given_the_settings_of_arguments_and_environment() {
        environment.put("TOLLGATE_HOST", "0.0.0.0");
        environment.put("TOLLGATE_PORT", "1");
        assertThat(run("serve", "--port", "9000", "--http-trusted-hops=2", "--demo-credits", "5"))
                .isEqualTo(7);
        Settings settings = served.getFirst();
        assertThat(settings.get(ServerSettings.PORT)).isEqualTo(9000);
        assertThat(settings.get(ServerSettings.HOST)).isEqualTo("0.0.0.0");
        assertThat(settings.get(TrafficSettings.TRUSTED_HOPS)).isEqualTo(2);
        assertThat(settings.get(ServerSettings.DEMO_CREDITS)).isEqualTo(5_000_000);
    }

    @Test
    void the_launcher_lists_each_command() throws IOException {
        assertThat(run("--help")).isZero();
        List<String> commands = out.lines()
                .dropWhile(line -> !line.equals("Commands:"))
                .filter(line -> line.matches(" {2}[a-z].*"))
                .map(line -> line.strip().split(" ")[0])
                .toList();
        String launcher = Files.readString(Path.of("tollgate"));

        assertThat(commands).contains("serve", "month", "completion");
        assertThat(commands).allSatisfy(name -> assertThat(launcher).containsPattern("(?m)^ {2}" + name + " "));
    }

    /** Plain settings are read without the library that knows all forms: the two must understand the same. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--port 9000",
                "--port=9000",
                "--http-trusted-hops=2 --demo-credits 5 --host 0.0.0.0",
                "--demo-credits=1=2",
                "--port 9000 --port 9001",
                "--port",
                "--port=",
                "--port -1",
                "--nothing 1",
                "--demo-key @missing",
                "9000",
                "--new-installation",
                "-- --port 9000"
            })
    void plain_settings_are_what_they_are_in_any_other_form(String arguments) {
        String[] plain = ("serve " + arguments).trim().split(" ");
        int code = run(plain);
        String said = err;
        List<Settings> first = List.copyOf(served);
        served.clear();
        // A file of arguments is for the library alone.
        int again = execute("@" + file(plain));
        assertThat(again).as(said).isEqualTo(code);
        assertThat(err).isEqualTo(said);
        assertThat(served.toString()).isEqualTo(first.toString());
    }

    private String file(String... arguments) {
        try {
            return Files.write(data.resolve("arguments"), List.of(arguments)).toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void the_sandbox_is_given_its_choice_and_needs_none() {
        assertThat(run("sandbox")).isEqualTo(8);
        assertThat(run(
                        "sandbox",
                        "--port",
                        "0",
                        "--seed",
                        "-7",
                        "--script",
                        "answers.yaml",
                        "--pace-millis=20",
                        "--now=2026-12-01T00:00:00Z"))
                .isEqualTo(8);
        assertThat(sandboxes)
                .containsExactly(
                        new SandboxChoice("127.0.0.1", 8081, 1, null, 0, 300, null),
                        new SandboxChoice(
                                "127.0.0.1",
                                0,
                                -7,
                                Path.of("answers.yaml"),
                                20,
                                300,
                                Instant.parse("2026-12-01T00:00:00Z")));
        assertThat(opened).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--port 65536",
                "--port -1",
                "--port x",
                "--seed 1.5",
                "--pace-millis 60001",
                "--now tomorrow",
                "--data here"
            })
    void the_sandbox_takes_no_other_options_and_values(String options) {
        assertThat(run(("sandbox " + options).split(" "))).isEqualTo(2);
        assertThat(err).startsWith("tollgate: ").contains("See: tollgate sandbox --help");
        assertThat(sandboxes).isEmpty();
    }

    @Test
    void a_command_that_is_none_leads_to_the_list_of_them() {
        assertThat(run("sreve")).isEqualTo(2);
        assertThat(err).endsWith("See: tollgate --help\n");
        assertThat(run("key", "sreve")).isEqualTo(2);
        assertThat(err).endsWith("See: tollgate key --help\n");
    }

    @Test
    void a_wrong_setting_is_a_sentence_and_exit_code_2() {
        assertThat(run("serve", "--port", "x")).isEqualTo(2);
        assertThat(err).isEqualTo("tollgate: --port is 'x'; allowed is a whole number from 0 to 65535.\n");
        assertThat(served).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve --nonsense",
                "nonsense --help",
                "account nonsense --help",
                "serve --help nonsense",
                "account",
                "account fly",
                "fly",
                "account create",
                "key create --name x",
                ""
            })
    void wrong_arguments_are_exit_code_2_and_nothing_on_standard_output(String line) {
        assertThat(run(line.isEmpty() ? new String[0] : line.split(" "))).isEqualTo(2);
        assertThat(out).isEmpty();
        assertThat(err).isNotBlank();
        assertThat(opened).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serve",
                "sandbox",
                "account",
                "account create",
                "account list",
                "account grant",
                "account limits",
                "key",
                "key create",
                "key list",
                "key set",
                "key disable",
                "key rotate",
                "voucher",
                "voucher create",
                "voucher list",
                "voucher revoke",
                "operator",
                "operator add",
                "operator remove",
                "operator reset",
                "invite",
                "reset-link",
                "mail",
                "mail test",
                "installation",
                "installation sandbox",
                "installation server",
                "receipts",
                "receipts verify",
                "ledger",
                "ledger verify",
                "ledger statement",
                "backup",
                "migrate",
                "migrate-to-postgres"
            })
    void every_command_has_help(String command) {
        List<String> line = new ArrayList<>(List.of(command.isEmpty() ? new String[0] : command.split(" ")));
        line.add("--help");
        assertThat(run(line.toArray(String[]::new))).isZero();
        assertThat(out).contains("Usage:");
        assertThat(err).isEmpty();
    }

    @Test
    void the_help_of_serve_tells_every_setting() {
        run("serve", "--help");
        assertThat(out)
                .contains(SettingTable.all().stream().map(Setting::option).toArray(String[]::new));
        assertThat(out.replaceAll("\\s+", " "))
                .contains("The port to listen on. 0 takes any free port.", "[GEMINI_API_KEY]");
    }

    @Test
    void version_prints_the_version() {
        assertThat(run("--version")).isZero();
        assertThat(out).startsWith("tollgate ");
    }

    @Test
    void a_created_account_is_its_id_alone_on_a_line() {
        assertThat(run("account", "create", "--name", "Ann", "--credits", "12.5"))
                .isZero();
        assertThat(out).isEqualTo("acc_1\n");
        assertThat(api.accounts.get("acc_1").get("balance").decimalValue()).isEqualByComparingTo("12.5");
        assertThat(api.closed).isEqualTo(1);
    }

    @Test
    void a_new_account_has_no_credits_by_default() {
        run("account", "create", "--name", "Ann");
        assertThat(api.accounts.get("acc_1").get("balance").decimalValue()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0000001", "-1", "1e3", "ten", "1000000001"})
    void credits_that_are_no_exact_amount_are_refused(String credits) {
        assertThat(run("account", "create", "--name", "Ann", "--credits", credits))
                .isEqualTo(2);
        assertThat(err).startsWith("tollgate: '--credits' must be a number of credits from 0 to 1000000000 with");
        assertThat(opened).isZero();
        assertThat(api.accounts).isEmpty();
    }

    @Test
    void all_accounts_are_listed_over_all_pages() {
        for (int i = 1; i <= 5; i++) {
            run("account", "create", "--name", "Name " + i, "--credits", "0.000001");
        }
        assertThat(run("account", "list")).isZero();
        assertThat(out.lines()).hasSize(6);
        assertThat(out.lines().toList().get(5))
                .matches("acc_5 +0\\.000001 +0 +0\\.000001 +0 +active +2026-11-20T09:00:00Z +Name 5");
    }

    @Test
    void a_name_cannot_move_the_cursor() {
        run("account", "create", "--name", "Ann");
        api.accounts.get("acc_1").put("name", "a\u001b[2Jb\nc");
        run("account", "list");
        assertThat(out).contains("a\\u001b[2Jb\\nc").doesNotContain("\u001b");
    }

    @Test
    void a_grant_prints_the_balance_afterwards() {
        run("account", "create", "--name", "Ann", "--credits", "1");
        assertThat(run("account", "grant", "--account", "acc_1", "--credits", "2.25", "--reason", "paid by card"))
                .isZero();
        assertThat(out).isEqualTo("3.25\n");
        assertThat(api.reasons).containsExactly("paid by card");
    }

    @Test
    void a_grant_of_zero_or_to_an_unknown_account_is_refused() {
        assertThat(run("account", "grant", "--account", "acc_9", "--credits", "0", "--reason", "why"))
                .isEqualTo(2);
        assertThat(err).startsWith("tollgate: '--credits' must be above 0.");
        assertThat(run("account", "grant", "--account", "acc_9", "--credits", "1", "--reason", "why"))
                .isEqualTo(1);
        assertThat(err).isEqualTo("tollgate: There is no account acc_9.\n");
        assertThat(out).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--models=none", "--models=", "--expires=none"})
    void a_grant_of_nothing_special_is_refused_before_it_is_made(String option) {
        run("account", "create", "--name", "Ann", "--credits", "1");
        assertThat(run("grant", "add", "--account", "acc_1", "--credits", "5", option, "--reason", "a gift"))
                .as(err)
                .isEqualTo(2);
        assertThat(err).startsWith("tollgate: A grant needs --expires or --models");
        assertThat(api.reasons).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"month, ' [MONTH]'", "reset-link, ' LOGIN'", "operator add, ' LOGIN'", "operator remove, ' LOGIN'"})
    void help_shows_which_word_can_be_left_out(String command, String word) {
        assertThat(run((command + " --help").split(" "))).isZero();
        assertThat(out.split("\n\n")[0]).contains(word).doesNotContain("several people");
    }

    @Test
    void limits_of_an_account_are_changed_with_a_reason_and_what_is_not_named_stays() {
        run("account", "create", "--name", "Ann");
        assertThat(run("account", "limits", "--account", "acc_1", "--spend-day", "20.5"))
                .isEqualTo(2);
        assertThat(run(
                        "account",
                        "limits",
                        "--account",
                        "acc_1",
                        "--spend-day",
                        "20.5",
                        "--rate",
                        "60",
                        "--reason",
                        "a trial"))
                .isZero();
        assertThat(api.reasons).containsExactly("a trial");
        run("account", "limits", "--account", "acc_1", "--spend-hour", "none", "--tokens", "9", "--reason", "more");
        out = "";
        run("account", "limits", "--account", "acc_1");
        assertThat(out.lines().map(line -> line.strip().split(" +")))
                .contains(new String[] {"none", "20.5", "none", "60/min", "9/min", "none"});
    }

    @Test
    void a_created_key_is_printed_alone_on_a_line() {
        run("account", "create", "--name", "Ann");
        assertThat(run(
                        "key",
                        "create",
                        "--account",
                        "acc_1",
                        "--name",
                        "laptop",
                        "--kind",
                        "management",
                        "--spend-hour",
                        "1",
                        "--spend-day",
                        "2.5",
                        "--spend-total",
                        "1000",
                        "--allow",
                        "10.0.0.0/8,::1",
                        "--allow",
                        "127.0.0.1",
                        "--rate",
                        "60",
                        "--tokens",
                        "100000",
                        "--concurrency",
                        "4",
                        "--models",
                        "gemini-2.5-pro,gemini-3-pro",
                        "--expires",
                        "2027-01-31"))
                .isZero();
        assertThat(out).matches("sk-[0-9a-f]{64}\n");
        assertThat(err).isEmpty();
        JsonNode key = api.keys.get("key_1");
        assertThat(key.get("name").asString()).isEqualTo("laptop");
        assertThat(key.get("kind").asString()).isEqualTo("management");
        assertThat(key.get("spend").toString()).isEqualTo("{\"hour\":1,\"day\":2.5,\"total\":1000}");
        assertThat(key.get("allow").toString()).isEqualTo("[\"10.0.0.0/8\",\"::1\",\"127.0.0.1\"]");
        assertThat(key.get("rates").toString()).isEqualTo("{\"requests\":60,\"tokens\":100000,\"concurrency\":4}");
        assertThat(key.get("models").toString()).isEqualTo("[\"gemini-2.5-pro\",\"gemini-3-pro\"]");
        assertThat(key.get("expires_at").asString()).isEqualTo("2027-01-31T00:00:00Z");
        assertThat(run("key", "set", "key_1", "--tokens", "none", "--models", "none", "--expires", "none"))
                .isZero();
        assertThat(key.get("rates").toString()).isEqualTo("{\"requests\":60,\"tokens\":null,\"concurrency\":4}");
        assertThat(key.get("models")).isEmpty();
        assertThat(key.get("expires_at").isNull()).isTrue();
    }

    @Test
    void a_link_to_hand_over_is_printed_alone_on_a_line_and_what_goes_by_mail_is_said() {
        assertThat(run("reset-link", "ann@example.org", "--reason", "why")).isZero();
        assertThat(out).isEqualTo("https://ai.example.org/reset/for_why\n");
        assertThat(err).contains("shown only once");
        assertThat(run("invite", "ann@example.org", "--reason", "why")).isZero();
        assertThat(out).isEqualTo("/invite/for_why\n");
        assertThat(err).contains("Put this server's address before it");
        assertThat(run("invite", "ann@example.org", "--account", "acc_1", "--reason", "why"))
                .isZero();
        assertThat(out).isEqualTo("A mail with the link is on its way to ann@example.org.\n");
        assertThat(run("mail", "test", "ann@example.org")).isZero();
        assertThat(out).contains("to ann@example.org waits to be sent");
        assertThat(run("reset-link", "nobody", "--reason", "why")).isEqualTo(1);
        assertThat(err).isEqualTo("tollgate: No person signs in as nobody.\n");
        assertThat(run("invite", "ann@example.org")).isEqualTo(2);
        assertThat(run("reset-link", "--reason", "why")).isEqualTo(2);
        assertThat(run("mail", "test")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "90s, 90", "30m, 1800", "24h, 86400", "7d, 604800"})
    void a_rotated_key_is_printed_alone_on_a_line_and_the_old_one_has_its_grace(String grace, long seconds) {
        run("account", "create", "--name", "Ann");
        run("key", "create", "--account", "acc_1");
        assertThat(run("key", "rotate", "key_1", "--grace", grace)).isZero();
        assertThat(out).matches("sk-[0-9a-f]{64}\n");
        assertThat(api.rotatedWithGrace).isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"soon", "31d", "-1s", "1w", "24"})
    void a_grace_that_cannot_be_is_refused(String grace) {
        assertThat(run("key", "rotate", "key_1", "--grace", grace)).isEqualTo(2);
        assertThat(err).contains("'" + grace + "' is not allowed; allowed is ");
    }

    @Test
    void a_new_key_has_no_limits_by_default() {
        run("account", "create", "--name", "Ann");
        run("key", "create", "--account", "acc_1");
        JsonNode key = api.keys.get("key_1");
        assertThat(key.get("kind").asString()).isEqualTo("api");
        assertThat(key.get("spend").toString()).isEqualTo("{\"hour\":null,\"day\":null,\"total\":null}");
        assertThat(key.get("allow")).isEmpty();
        assertThat(key.get("rates").get("requests").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "--rate, 0",
        "--rate, fast",
        "--rate, 100000001",
        "--tokens, 0",
        "--concurrency, -1",
        "--expires, soon",
        "--kind, root",
        "--spend-hour, much"
    })
    void a_key_with_a_limit_that_cannot_be_is_refused(String option, String value) {
        run("account", "create", "--name", "Ann");
        assertThat(run("key", "create", "--account", "acc_1", option, value)).isEqualTo(2);
        assertThat(err).startsWith("tollgate: '" + option + "' must be ").contains("See: tollgate key create --help");
        assertThat(api.keys).isEmpty();
    }

    @Test
    void set_changes_what_is_named_and_nothing_else() {
        run("account", "create", "--name", "Ann");
        run(
                "key",
                "create",
                "--account",
                "acc_1",
                "--spend-hour",
                "1",
                "--spend-day",
                "2",
                "--allow",
                "::1",
                "--rate",
                "5");
        assertThat(run("key", "set", "key_1", "--spend-hour", "none", "--rate", "7"))
                .isZero();
        assertThat(out).isEmpty();
        JsonNode key = api.keys.get("key_1");
        assertThat(key.get("spend").toString()).isEqualTo("{\"hour\":null,\"day\":2,\"total\":null}");
        assertThat(key.get("allow").toString()).isEqualTo("[\"::1\"]");
        assertThat(key.get("rates").get("requests").asInt()).isEqualTo(7);
        assertThat(run("key", "set", "--key", "key_1", "--allow", "none", "--name", "n"))
                .isZero();
        assertThat(key.get("allow")).isEmpty();
        assertThat(key.get("name").asString()).isEqualTo("n");
    }

    @Test
    void set_without_a_key_or_without_a_change_is_wrong() {
        assertThat(run("key", "set", "key_1")).isEqualTo(2);
        assertThat(run("key", "set", "--rate", "1")).isEqualTo(2);
        assertThat(run("key", "set", "key_1", "--key", "key_2", "--rate", "1")).isEqualTo(2);
        assertThat(opened).isZero();
    }

    @Test
    void a_key_has_the_state_of_the_answer_and_is_not_shown_whole() {
        run("account", "create", "--name", "Ann");
        run("key", "create", "--account", "acc_1");
        String secret = out.strip();
        assertThat(run("key", "disable", "key_1")).isZero();
        api.keys.get("key_1").put("state", "expired");
        assertThat(run("key", "list", "--account", "acc_1")).isZero();
        assertThat(out).contains("expired", "sk-12345678", "never").doesNotContain(secret);
        assertThat(run("key", "disable", "key_9")).isEqualTo(1);
    }

    @Test
    void a_running_server_is_asked_instead_of_opening_the_store() {
        try (PortalServer server = PortalServer.start()) {
            assertThat(execute(
                            "account",
                            "create",
                            "--name",
                            "Ann",
                            "--data",
                            server.data().toString()))
                    .isZero();
            assertThat(opened).isZero();
            assertThat(server.number("SELECT COUNT(*) FROM account WHERE name = 'Ann'"))
                    .isEqualTo(1);
        }
        run("account", "create", "--name", "Bob");
        assertThat(opened).isEqualTo(1);
    }

    @Test
    void no_server_is_asked_over_a_database_of_no_release() {
        assertThat(execute("account", "list", "--data", "of-a-development-build"))
                .isEqualTo(1);
        assertThat(err).contains("no release reads it");
        assertThat(opened).isZero();
    }

    @Test
    void the_data_folder_may_come_from_the_environment() {
        try (PortalServer server = PortalServer.start()) {
            environment.put("TOLLGATE_DATA", server.data().toString());
            assertThat(execute("account", "create", "--name", "Ann")).isZero();
            assertThat(server.number("SELECT COUNT(*) FROM account WHERE name = 'Ann'"))
                    .isEqualTo(1);
        }
        assertThat(opened).isZero();
    }

    // ---- what is read ----

    @Test
    void books_that_add_up_are_exit_code_0_without_a_word() {
        assertThat(run("ledger", "verify")).isZero();
        assertThat(out + err).isEmpty();
        assertThat(inspection.closed).isTrue();
    }

    @Test
    void books_that_do_not_are_exit_code_1_and_a_line_for_each_difference() {
        inspection.differences.addAll(List.of("one thing", "another"));
        assertThat(run("ledger", "verify")).isEqualTo(1);
        assertThat(out).isEqualTo("one thing\nanother\n");
        assertThat(err).isEmpty();
    }

    @Test
    void books_that_cannot_be_looked_at_are_exit_code_2() {
        inspection.failure = new IllegalStateException("a page that is none");
        assertThat(run("ledger", "verify")).isEqualTo(2);
        assertThat(err)
                .isEqualTo("tollgate: The books could not be read: java.lang.IllegalStateException: a page that is"
                        + " none\n");
        inspection = null;
        assertThat(run("ledger", "verify")).isEqualTo(2);
        assertThat(err).startsWith("tollgate: There is no database in ");
        assertThat(out).isEmpty();
    }

    @Test
    @ResourceLock(Resources.SYSTEM_PROPERTIES)
    void the_progress_is_shown_on_a_terminal_only() {
        try {
            System.setProperty("tollgate.terminal", "true");
            run("ledger", "verify");
        } finally {
            System.clearProperty("tollgate.terminal");
        }
        assertThat(out).isEmpty();
        assertThat(err).isEqualTo("\r\u001b[Kreading accounts: 7\r\u001b[K");
    }

    @Test
    void a_statement_is_of_an_account_and_a_period() {
        assertThat(run(
                        "ledger",
                        "statement",
                        "--account",
                        "acc_1",
                        "--from",
                        "2026-11-01",
                        "--to",
                        "2026-12-01T01:00:00+01:00"))
                .isZero();
        assertThat(out).isEqualTo("acc_1 from 2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z\n");
        assertThat(run("ledger", "statement", "--account", "acc_1")).isZero();
        assertThat(out).isEqualTo("acc_1 from null to null\n");
        assertThat(run("ledger", "statement", "--account", "acc_9")).isEqualTo(1);
        assertThat(err).isEqualTo("tollgate: There is no account acc_9.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yesterday", "2026-13-01", "2026-11-01T00:00:00", ""})
    void a_date_that_is_none_is_exit_code_2(String date) {
        assertThat(run("ledger", "statement", "--account", "acc_1", "--from", date))
                .isEqualTo(2);
        assertThat(err).contains("'" + date + "' is not allowed; allowed is a date like 2026-11-01");
    }

    @Test
    void a_backup_whose_key_is_missing_is_made_and_fails() {
        inspection.keyTrouble = "secret.key is missing.";
        assertThat(execute("backup", "there.db", "--data", data.toString())).isEqualTo(1);
        assertThat(inspection.backups).containsExactly(Path.of("there.db"));
        assertThat(err)
                .isEqualTo(
                        "tollgate: there.db is written, but its encrypted data cannot be read: secret.key is missing.\n");
    }

    @Test
    void a_backup_says_what_is_not_in_it() {
        assertThat(execute("backup", "there.db", "--data", data.toString())).isZero();
        assertThat(inspection.backups).containsExactly(Path.of("there.db"));
        assertThat(out).isEmpty();
        assertThat(err).contains("there.db is written. The secret key is not in it");
    }

    @Test
    void moving_to_a_server_tells_what_was_copied_and_which_key_to_keep() {
        assertThat(execute("migrate-to-postgres", "--data", data.toString(), "--database", "jdbc:postgresql://db/t"))
                .isZero();
        assertThat(out).isEqualTo("account: 1 rows\n");
        assertThat(err).contains("TOLLGATE_SECRET_KEY").contains("secret.key");
        assertThat(execute("migrate-to-postgres", "--data", data.toString())).isEqualTo(1);
        assertThat(err).contains("no target");
    }

    @Test
    void migrating_tells_what_the_schema_was_and_is() {
        assertThat(execute("migrate", "--database", "jdbc:postgresql://db/t")).isZero();
        assertThat(out).isEqualTo("schema 30 is now schema 31\n");
        assertThat(execute("migrate", "--database", "jdbc:postgresql://db/t", "--stop-older"))
                .isZero();
        assertThat(out).isEqualTo("schema 30 is now schema 31 without the older servers\n");
        assertThat(execute("migrate", "--data", data.toString())).isEqualTo(1);
        assertThat(err).contains("no database");
    }

    private static final class FakeInspection implements Inspection {

        final List<String> differences = new ArrayList<>();
        final List<Path> backups = new ArrayList<>();
        String keyTrouble;
        RuntimeException failure;
        boolean closed;

        @Override
        public boolean verify(Consumer<String> lines, Consumer<String> notes, Progress progress) {
            progress.at("accounts", 7);
            if (failure != null) {
                throw failure;
            }
            differences.forEach(lines);
            return differences.isEmpty();
        }

        @Override
        public void statement(String accountId, Instant from, Instant to, Consumer<String> lines) {
            if (accountId.equals("acc_9")) {
                throw new ApiException(400, "There is no account acc_9.");
            }
            lines.accept(accountId + " from " + from + " to " + to);
        }

        @Override
        public Usage usage(int rowsMax, Progress progress) {
            return new Usage(0, List.of());
        }

        @Override
        public void backup(Path file) {
            backups.add(file);
        }

        @Override
        public String keyTrouble() {
            return keyTrouble;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @Test
    void a_check_of_receipts_tells_what_it_found_and_whether_all_is_sound() {
        assertThat(run("receipts", "verify", "sound.jsonl", "--key", "keys.json", "--head", "head.json"))
                .isZero();
        assertThat(out).isEqualTo("sound.jsonl keys.json head.json\n");
        assertThat(run("receipts", "verify", "forged.jsonl")).isEqualTo(1);
        assertThat(out).isEqualTo("forged.jsonl null null\n");
        assertThat(err).isEmpty();
    }

    @Test
    void a_check_of_receipts_that_could_not_look_is_exit_code_2() {
        assertThat(run("receipts", "verify", "missing.jsonl")).isEqualTo(2);
        assertThat(out).isEmpty();
        assertThat(err).isEqualTo("tollgate: There is no missing.jsonl.\n");
        assertThat(run("receipts", "verify")).isEqualTo(2);
    }

    @Test
    void the_completion_script_completes_commands_and_options_in_bash(@TempDir Path folder) throws Exception {
        assertThat(execute("completion", "bash")).isZero();
        Path script = Files.writeString(folder.resolve("completion"), out);
        assertThat(completions(script, "tollgate acc")).contains("account");
        assertThat(completions(script, "tollgate account gr")).contains("grant");
        assertThat(completions(script, "tollgate account grant --cr")).contains("--credits");
    }

    private static String completions(Path script, String typed) throws Exception {
        String asking =
                "source '" + script + "'; COMP_LINE='" + typed + "'; COMP_POINT=${#COMP_LINE}; COMP_WORDS=(" + typed
                        + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _complete_tollgate; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process bash = new ProcessBuilder("bash", "-c", asking)
                .redirectErrorStream(true)
                .start();
        return new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void an_unexpected_failure_is_exit_code_1() {
        api.accounts.put("acc_1", null);
        assertThat(run("account", "list")).isEqualTo(1);
        assertThat(err).startsWith("tollgate: this has failed unexpectedly:");
    }

    private int run(String... arguments) {
        boolean besideServer = arguments.length > 1 && !arguments[0].equals("serve") && !arguments[1].startsWith("--");
        String[] more = besideServer ? Arrays.copyOf(arguments, arguments.length + 2) : arguments;
        if (besideServer) {
            more[arguments.length] = "--data";
            more[arguments.length + 1] = data.toString();
        }
        return execute(more);
    }

    private int execute(String... arguments) {
        StringWriter outText = new StringWriter();
        StringWriter errText = new StringWriter();
        int exitCode =
                Cli.run(arguments, environment, new PrintWriter(outText), new PrintWriter(errText), new TestActions());
        out = outText.toString();
        err = errText.toString();
        return exitCode;
    }

    @Test
    void new_books_are_begun_only_where_that_is_asked_for() {
        assertThat(run("serve")).isEqualTo(7);
        assertThat(beganAfresh).isFalse();
        assertThat(run("serve", "--new-installation", "--port", "0")).isEqualTo(7);
        assertThat(beganAfresh).isTrue();
    }

    @Test
    void another_database_server_is_accepted_with_a_reason_only() {
        assertThat(run("installation", "server", "--database", "jdbc:postgresql://h/d"))
                .isEqualTo(2);
        assertThat(run("installation", "server", "--database", "jdbc:postgresql://h/d", "--reason", "pg_upgrade"))
                .isZero();
        assertThat(out).isEqualTo("The books are on this server now: accepted for pg_upgrade.\n");
        assertThat(run("installation", "server", "--reason", "none")).isZero();
        assertThat(out).isEqualTo("This is the server that holds the books already.\n");
    }

    @Test
    void a_catalogue_is_compared_and_what_would_change_is_printed() {
        assertThat(run("catalogue", "check")).isZero();
        assertThat(out).isEmpty();
        assertThat(run("catalogue", "check", "gone.yaml")).isEqualTo(2);
        assertThat(run("catalogue", "check", "newer.yaml")).isEqualTo(1);
        assertThat(out).isEqualTo("""
                2026-12-08T00:00:00Z on gemini: old: next answers instead of old; n is at most 1, not 8; 2 mails to customers
                  house: called by 1 account within 30 days; margin in / out 25 % / 10 %, then -50.5 % / unknown
                    keeps the margin: input 800, output 2000 credits per million tokens, from that time on (POST /admin/models/house/prices, or the console)
                    acc_1 Ann: 7 calls
                gone: the other facts have no such row; the present one stays in use for house, villa
                first: the other facts have this row as first-001; the present one stays in use for house
                """);
        assertThat(run("catalogue", "check", "without-own-rows.yaml")).isZero();
        assertThat(out).isEqualTo("own: the other facts have no such row; the present one stays in use for house\n");
        assertThat(run("catalogue", "check", "without-a-row.yaml")).isEqualTo(1);
    }

    @Test
    void a_restore_says_what_is_lost_and_what_to_do_next() {
        assertThat(run("restore", "copies", "--to", "2026-11-29T09:00:00+01:00"))
                .isZero();
        assertThat(out).startsWith("Lost time: up to 2026-11-29T08:00:00Z.\n1. Run ./tollgate ledger verify");
        assertThat(err).isEqualTo("tollgate: copies is restored.\n");
        assertThat(run("restore", "nothing")).isEqualTo(1);
        assertThat(err).isEqualTo("tollgate: There is no copy in nothing.\n");
        assertThat(run("restore", "copies", "--to", "yesterday")).isEqualTo(1);
        assertThat(err).isEqualTo("tollgate: --to is a time like 2026-11-29T08:00:00Z.\n");
        assertThat(run("restored")).isZero();
        assertThat(out).isEqualTo("This restore is recorded already: nothing was written to the books since.\n");
        assertThat(run("restored", "--from", "2026-11-29T08:00:00Z")).isZero();
        assertThat(out).startsWith("Lost time: from 2026-11-29T08:00:00Z.\n1. Run");
    }

    @Test
    void a_drill_says_by_its_exit_code_whether_the_copy_is_good() {
        assertThat(run("drill", "restore", "copies")).isZero();
        assertThat(out).isEmpty();
        assertThat(run("drill", "restore", "altered")).isEqualTo(1);
        assertThat(out).isEqualTo("row 1 is missing\n");
        assertThat(run("drill", "restore")).isEqualTo(2);
        assertThat(err).isEqualTo("tollgate: no place\n");
    }

    private final class TestActions implements Actions {

        @Override
        public String acceptServer(Settings settings, String reason) {
            return settings.databaseUrl() == null ? null : "accepted for " + reason;
        }

        @Override
        public void migrateToPostgres(Settings settings, java.util.function.Consumer<String> lines) {
            if (settings.databaseUrl() == null) {
                throw new ApiException(400, "no target");
            }
            lines.accept("account: 1 rows");
        }

        @Override
        public String migrate(Settings settings, boolean stopsOlder) {
            if (settings.databaseUrl() == null) {
                throw new ApiException(400, "no database");
            }
            return "schema 30 is now schema 31" + (stopsOlder ? " without the older servers" : "");
        }

        @Override
        public int serve(Settings settings, boolean newInstallation) {
            served.add(settings);
            beganAfresh = newInstallation;
            return 7;
        }

        @Override
        public int sandbox(SandboxChoice choice) {
            sandboxes.add(choice);
            return 8;
        }

        @Override
        public void requireRelease(Settings settings) {
            if (settings.data().startsWith("of-a-development-build")) {
                throw new ApiException(400, "no release reads it");
            }
        }

        @Override
        public AdminApi open(Settings settings, boolean mayBegin) {
            opened++;
            return api;
        }

        @Override
        public ReceiptFiles.Verdict verifyReceipts(Settings settings, Path file, Path keys, Path head)
                throws CannotLook {
            if (file.startsWith("missing.jsonl")) {
                throw new CannotLook("There is no missing.jsonl.");
            }
            return new ReceiptFiles.Verdict(file.startsWith("sound.jsonl"), file + " " + keys + " " + head);
        }

        @Override
        public ObjectNode checkCatalogue(Settings settings, CatalogueLoader.Facts facts) {
            if (facts.isBuiltIn()) {
                return (ObjectNode) JsonMapper.shared().readTree("{\"changes\":[],\"missing\":[]}");
            }
            if (String.valueOf(facts.file()).equals("gone.yaml")) {
                throw new ConfigException("gone.yaml: there is no such file.");
            }
            if (String.valueOf(facts.file()).startsWith("without")) {
                return (ObjectNode) JsonMapper.shared()
                        .readTree("""
                        {"changes":[],"missing":[{"upstream_model":"own","renamed":null,"own":%s,"models":["house"]}]}""".formatted(String.valueOf(facts.file()).contains("own")));
            }
            return (ObjectNode) JsonMapper.shared().readTree("""
                    {"changes":[{"from":"2026-12-08T00:00:00Z","channel_kinds":["gemini"],"upstream_model":"old","answers":"next",
                     "changes":["next answers instead of old","n is at most 1, not 8"],"mails":2,
                     "models":[{"id":"house","accounts":1,"largest":[{"id":"acc_1","name":"Ann","calls":7}],
                       "margin_before":{"input":25,"output":10},"margin_after":{"input":-50.5,"output":null},
                       "keeps_margin":{"input":800,"output":2000}}]}],
                     "missing":[{"upstream_model":"gone","renamed":null,"own":false,"models":["house","villa"]},
                       {"upstream_model":"first","renamed":"first-001","own":false,"models":["house"]}]}""");
        }

        @Override
        public Inspection inspection(Settings settings) {
            if (inspection == null) {
                throw new ApiException(400, "There is no database in " + settings.data() + ".");
            }
            return inspection;
        }

        @Override
        public String restore(Settings settings, Path place, Instant to, java.util.function.Consumer<String> notes) {
            if (place.startsWith("nothing")) {
                throw new ApiException(400, "There is no copy in nothing.");
            }
            notes.accept(place + " is restored.");
            return "up to " + to;
        }

        @Override
        public String restored(Settings settings, Instant from, java.util.function.Consumer<String> notes) {
            return from == null ? null : "from " + from;
        }

        @Override
        public boolean drill(
                Settings settings,
                Path place,
                Instant to,
                java.util.function.Consumer<String> differences,
                java.util.function.Consumer<String> notes) {
            if (place == null) {
                throw new ApiException(400, "no place");
            }
            notes.accept(place + " is read.");
            if (place.startsWith("altered")) {
                differences.accept("row 1 is missing");
                return false;
            }
            return true;
        }
    }
}
