package dev.tollgate.operator.cli.books;

import dev.tollgate.base.error.ApiException;
import dev.tollgate.operator.admin.server.SecretKeyring;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.TextTable;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import tools.jackson.databind.JsonNode;

/** {@code tollgate secret …}: the keys of the installation's {@code secret.key}. */
public final class SecretCommands {

    private static final int KEY_BYTES = 32;
    private static final long POLL_MILLIS = 250;

    private SecretCommands() {}

    public static List<CommandLine> all(Session session) {
        return List.of(
                status(session).line(),
                rotate(session).line(),
                forget(session).line(),
                new CommandLine(new NewKey(session)));
    }

    private static ApiCommand status(Session session) {
        return new ApiCommand(
                        session,
                        "status",
                        "Show what is encrypted under each secret key, and when the last of it ends.",
                        "Exit code 0: only the first key is in use; 1: others are, too.")
                .answers(api -> {
                    JsonNode status = api.ask("GET", "/admin/secret", Map.of(), null);
                    String first = status.get("keys").get(0).get("id").asString();
                    TextTable.print(
                            session.out(), new String[] {"KEY", "VALUES", "COUNT", "LAST ENDS"}, rows -> status.get(
                                            "values")
                                    .forEach(it -> rows.accept(new String[] {
                                        it.get("key").asString("under no key"),
                                        it.get("kind").asString(),
                                        it.get("count").asString(),
                                        day(it.get("ends_at"))
                                    })));
                    boolean isFirstAlone = status.get("values")
                            .valueStream()
                            .allMatch(it -> it.get("key").asString("").equals(first));
                    return isFirstAlone ? ExitCode.OK : ExitCode.SOFTWARE;
                });
    }

    private static String day(JsonNode seconds) {
        return seconds.isNull()
                ? "no end"
                : Instant.ofEpochSecond(seconds.longValue())
                        .atOffset(ZoneOffset.UTC)
                        .toLocalDate()
                        .toString();
    }

    private static ApiCommand rotate(Session session) {
        ApiCommand command = ApiCommand.of(session, SecretKeyring.ROTATE);
        return command.answers(api -> {
            JsonNode sweep = command.ask(api);
            while (sweep.get("state").asString().equals("running")) {
                pause();
                sweep = api.ask("GET", SecretKeyring.ROTATE.path(), Map.of(), null);
            }
            session.out()
                    .println(sweep.get("sealed").asString() + " values were re-encrypted, "
                            + sweep.get("unreadable").asString() + " open under no key.");
            if (!sweep.get("state").asString().equals("done")) {
                throw new ApiException(400, "It did not come to its end. Run it again: it goes on.");
            }
            return ExitCode.OK;
        });
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ApiException(400, "Interrupted; the server goes on.");
        }
    }

    private static ApiCommand forget(Session session) {
        return ApiCommand.of(session, SecretKeyring.FORGET).asks(answer -> session.out()
                .println("Key " + answer.get("forgotten").asString()
                        + " is forgotten. Take its line out of secret.key on each server."));
    }

    @Command(
            name = "new-key",
            description = "Print a new line for secret.key. Nothing is written.",
            mixinStandardHelpOptions = true)
    private static final class NewKey implements Callable<Integer> {

        private final Session session;

        NewKey(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            byte[] key = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(key);
            session.out().println(HexFormat.of().formatHex(key));
            return ExitCode.OK;
        }
    }
}
