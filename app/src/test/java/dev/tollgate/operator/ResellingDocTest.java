package dev.tollgate.operator;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.Main;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Each command of docs/reselling.md does what the page says, over an empty folder and beside a running server, and the books add up. */
@Timeout(120)
@ResourceLock(value = Resources.SYSTEM_PROPERTIES, mode = ResourceAccessMode.READ) // on a terminal there is more to see
class ResellingDocTest {

    private static final Path PAGE = Path.of("docs/reselling.md");
    private static final Pattern COMMAND = Pattern.compile("^ {4}\\./tollgate (.*?)(?: {2,}#.*)?$", Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

    @TempDir
    Path folder;

    @Test
    void each_command_works_over_an_empty_folder() throws IOException {
        type(Migrated.in(folder.resolve("data")));
    }

    @Test
    void each_command_works_beside_a_running_server() throws IOException {
        try (Gateway gateway = Gateway.start()) {
            type(gateway.data());
        }
    }

    private static void type(Path data) throws IOException {
        List<String> commands = new ArrayList<>();
        COMMAND.matcher(Files.readString(PAGE)).results().forEach(found -> commands.add(found.group(1)));
        assertThat(commands).hasSizeGreaterThan(10);
        String account = run(commands.removeFirst(), data).strip();
        assertThat(account).startsWith("acc_");
        for (String command : commands) {
            run(command.replace("--account ID", "--account " + account), data);
        }
        run("group close partner --reason \"no partner any more\"", data);
        assertThat(run("group list", data)).contains("closed");
        assertThat(run("ledger verify", data)).isEmpty();
    }

    /** The years of the page are far ahead of any run of this test. */
    private static String run(String command, Path data) {
        List<String> arguments = new ArrayList<>();
        Matcher word = WORD.matcher(command.replace("2027-", "2097-").replace("2026-", "2096-"));
        while (word.find()) {
            arguments.add(
                    word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        arguments.addAll(List.of("--data", data.toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code =
                Main.run(arguments.toArray(String[]::new), Map.of(), new PrintWriter(out), new PrintWriter(err, true));
        assertThat(code).as(command + ": " + out + err).isZero();
        return out.toString();
    }
}
