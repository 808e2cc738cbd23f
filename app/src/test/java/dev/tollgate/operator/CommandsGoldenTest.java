package dev.tollgate.operator;

import dev.tollgate.Main;
import dev.tollgate.testing.Browser;
import dev.tollgate.testing.Customer;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Golden;
import dev.tollgate.testing.UpstreamScript;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/**
 * What each command prints, its exit code and its row of the audit log: in a new data folder, while a server runs, and after it was stopped.
 * Lines of a table are sorted and their gaps shortened, since ids and times differ from run to run.
 */
@ResourceLock(value = Resources.SYSTEM_PROPERTIES, mode = ResourceAccessMode.READ) // on a terminal there is more to see
class CommandsGoldenTest {

    private static final Path FOLDER = Path.of("app/src/test/resources/golden/operator");
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");
    private static final String MANY_SPACES = " {2,}";
    private static final Pattern RANDOM = Pattern.compile(
            "\\b(acc|key)_[A-Za-z0-9]{20}\\b|\\bsk-[0-9a-f]{8}\\b|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z");

    @TempDir
    Path folder;

    @Test
    void commands_begin_an_installation() throws IOException, SQLException {
        Path data = folder.resolve("data");
        Transcript transcript = new Transcript(Map.of(folder.toString(), "{folder}"));
        transcript.play(read("begin"), line -> run(line, data));
        transcript.add(auditLog(data));
        check("begin", "begin", transcript);
    }

    @Test
    void commands_work_while_a_server_runs() throws IOException, SQLException {
        try (Gateway gateway = filled()) {
            Transcript transcript = over(gateway);
            transcript.play(read("operate"), line -> run(line, gateway.data()));
            transcript.add(auditLog(gateway.data()));
            check("operate", "operate-running", transcript);
        }
    }

    @Test
    void commands_work_without_a_server() throws IOException, SQLException {
        try (Gateway gateway = filled()) {
            Transcript transcript = over(gateway);
            gateway.restartAfter(() -> transcript.play(read("operate"), line -> run(line, gateway.data())));
            transcript.add(auditLog(gateway.data()));
            check("operate", "operate-stopped", transcript);
        }
    }

    /** An installation with a customer who has made a call and two people who sign in. */
    private static Gateway filled() {
        Gateway gateway = Gateway.start();
        gateway.script(UpstreamScript.says("Hello", 7, 3));
        new Browser(gateway.url()).signUp("ann@example.org", "a password of Ann's");
        new Browser(gateway.url()).signUp("bob@example.org", "a password of Bob's");
        Customer customer = gateway.customer("3");
        customer.chat("{\"model\":\"gemini-2.5-pro\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}");
        customer.lastTask();
        return gateway;
    }

    private Transcript over(Gateway gateway) {
        Transcript transcript =
                new Transcript(Map.of(gateway.data().toString(), "{data}", folder.toString(), "{folder}"));
        transcript.add("# " + gateway.text("SELECT id FROM account WHERE name = 'Test' AND purchased_micros > 0")
                + " has made a call; ann has "
                + gateway.text("SELECT account_id FROM person WHERE login = 'ann@example.org'") + ", bob "
                + gateway.text("SELECT account_id FROM person WHERE login = 'bob@example.org'"));
        return transcript;
    }

    private static void check(String in, String out, Transcript transcript) {
        new Golden(FOLDER.resolve(in + ".in.txt"), FOLDER.resolve(out + ".out.txt")).check(transcript.text());
    }

    private static String read(String name) {
        return new String(
                new Golden(FOLDER.resolve(name + ".in.txt"), FOLDER.resolve(name + ".out.txt")).read(),
                StandardCharsets.UTF_8);
    }

    private String run(String line, Path data) {
        List<String> arguments = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            String argument = word.group(1) == null ? word.group(2) : word.group(1);
            arguments.add(argument.replace("{folder}", folder.toString()));
        }
        if (!arguments.contains("--data")) {
            arguments.addAll(List.of("--data", data.toString()));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.run(arguments.toArray(String[]::new), Map.of(), new PrintWriter(out), new PrintWriter(err, true));
        return Stream.of(table(out.toString()), marked(err.toString()), code == 0 ? "" : "exit code " + code)
                .filter(part -> !part.isBlank())
                .collect(Collectors.joining("\n"));
    }

    private static String table(String out) {
        if (!out.matches("(?s)[A-Z ]+\n.*")) {
            return out.stripTrailing();
        }
        String[] rows = out.replaceAll(MANY_SPACES, "  ").split("\n");
        Arrays.sort(rows, 1, rows.length, Comparator.comparing(row -> RANDOM.matcher(row)
                .replaceAll("")));
        return String.join("\n", rows);
    }

    private static String marked(String err) {
        return err.lines().map(line -> "! " + line).collect(Collectors.joining("\n"));
    }

    /** All but times and addresses. */
    private static String auditLog(Path data) throws SQLException {
        StringJoiner rows = new StringJoiner("\n", "\n# The audit log\n", "");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + data.resolve("tollgate.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT actor, action, subject, reason, before_json, after_json"
                        + " FROM audit_log ORDER BY sequence")) {
            while (row.next()) {
                rows.add("%s | %s | %s | %s%n  %s%n  %s"
                        .formatted(
                                row.getString(1),
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                row.getString(6)));
            }
        }
        return rows.toString().replaceAll("(_at\":)1[0-9]{9}", "$1{seconds}");
    }

    @Test
    void a_data_folder_in_use_is_refused_without_its_socket() throws IOException {
        try (Gateway gateway = Gateway.start()) {
            Files.delete(gateway.data().resolve("tollgate.sock"));
            Transcript transcript = new Transcript(Map.of(gateway.data().toString(), "{data}"));
            transcript.play(read("locked"), line -> run(line, gateway.data()));
            check("locked", "locked", transcript);
        }
    }
}
