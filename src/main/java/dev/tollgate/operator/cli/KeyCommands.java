package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.AdminApi;
import dev.tollgate.operator.admin.Refused;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code tollgate key …}. */
final class KeyCommands {

    private static final String KEY = "/admin/keys/{id}";

    private KeyCommands() {}

    /** The id of a key, with or without {@code --key} before it. */
    private static final class KeyId {

        @Parameters(arity = "0..1", paramLabel = "ID", description = "The key's id, as key list prints it.")
        private @Nullable String bare;

        @Option(names = "--key", paramLabel = "ID", description = "The key's id; the same as ID without the option.")
        private @Nullable String named;

        /** Returns the key as a parameter of the path. */
        private Map<String, String> of(CommandSpec spec) {
            String id = bare == null ? named : bare;
            if (id == null || (bare != null && named != null)) {
                throw new ParameterException(spec.commandLine(), "Give the id of one key, as key list prints it.");
            }
            return Map.of("id", id);
        }
    }

    @Command(
            name = "create",
            description = "Create a key and print its secret, only this once.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Create extends ApiCommand {

        @Option(
                names = "--account",
                required = true,
                paramLabel = "ID",
                description = "Id of the account whose credits the key spends.")
        private String account = "";

        @Option(names = "--name", paramLabel = "NAME", description = "Name of the key. Default: key.")
        private String name = "key";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                converter = Values.KeyKind.class,
                description = "api (calls models) or management (administers its account). Default: api.")
        private String kind = "api";

        @Mixin
        private KeyOptions limits = new KeyOptions();

        Create(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            ObjectNode body = limits.into(CommandJson.object().put("name", name).put("kind", kind));
            JsonNode made = api.ask("POST", "/admin/accounts/{id}/keys", Map.of("id", account), body);
            out().println(CommandJson.text(made.get("key")));
        }
    }

    @Command(name = "list", description = "List keys without their secrets.", mixinStandardHelpOptions = true)
    static final class List extends ApiCommand {

        @Option(
                names = "--account",
                paramLabel = "ID",
                description = "Lists the keys of this account only. Default: all accounts.")
        private @Nullable String account;

        List(Session session) {
            super(session);
        }

        @Override
        void run(AdminApi api) throws Refused {
            String[] heads = {
                "ID",
                "ACCOUNT",
                "PREFIX",
                "KIND",
                "STATE",
                "HOUR",
                "DAY",
                "TOTAL",
                "RATE",
                "TOKENS",
                "AT ONCE",
                "ALLOW",
                "MODELS",
                "EXPIRES",
                "CREATED",
                "LAST USED",
                "NAME"
            };
            Map<String, String> whose = account == null ? Map.of() : Map.of("account", account);
            TextTable.print(
                    out(),
                    heads,
                    rows -> CommandJson.pages(
                            api,
                            "/admin/keys",
                            whose,
                            key -> rows.accept(new String[] {
                                CommandJson.text(key.get("id")),
                                CommandJson.text(key.get("account")),
                                CommandJson.text(key.get("prefix")),
                                CommandJson.text(key.get("kind")),
                                key.get("disabled").booleanValue() ? "disabled" : "active",
                                CommandJson.limit(key.at("/spend/hour"), ""),
                                CommandJson.limit(key.at("/spend/day"), ""),
                                CommandJson.limit(key.at("/spend/total"), ""),
                                CommandJson.limit(key.at("/rates/requests"), "/min"),
                                CommandJson.limit(key.at("/rates/tokens"), "/min"),
                                CommandJson.limit(key.at("/rates/concurrency"), ""),
                                CommandJson.texts(key.get("allow"), "all"),
                                CommandJson.texts(key.get("models"), "all"),
                                CommandJson.time(key.get("expires_at"), "never"),
                                CommandJson.time(key.get("created_at"), "never"),
                                CommandJson.time(key.get("last_used_at"), "never"),
                                CommandJson.text(key.get("name"))
                            })));
        }
    }

    @Command(
            name = "rotate",
            description = "Give a key a new secret and print it, only this once. Limits and spending stay.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Rotate extends ApiCommand {

        @Mixin
        private KeyId key = new KeyId();

        @Option(
                names = "--grace",
                paramLabel = "TIME",
                converter = Values.Grace.class,
                description =
                        "How long the old secret continues to work, like 90s, 30m, 24h or 7d. Default: not at all.")
        private Duration grace = Duration.ZERO;

        Rotate(Session session) {
            super(session);
        }

        @Override
        void check() {
            key.of(spec());
        }

        @Override
        void run(AdminApi api) throws Refused {
            ObjectNode body = CommandJson.object().put("grace_seconds", grace.toSeconds());
            JsonNode made = api.ask("POST", KEY + "/rotate", key.of(spec()), body);
            out().println(CommandJson.text(made.get("key")));
        }
    }

    @Command(
            name = "set",
            description =
                    "Change a key's name and limits. Settings that are not named stay, and earlier spending counts.",
            mixinStandardHelpOptions = true,
            sortOptions = false)
    static final class Set extends ApiCommand {

        @Mixin
        private KeyId key = new KeyId();

        @Option(names = "--name", paramLabel = "NAME", description = "New name of the key.")
        private @Nullable String name;

        @Mixin
        private KeyOptions limits = new KeyOptions();

        Set(Session session) {
            super(session);
        }

        @Override
        void check() {
            key.of(spec());
            if (body().isEmpty()) {
                throw new ParameterException(spec().commandLine(), "Name at least one setting to change.");
            }
        }

        private ObjectNode body() {
            return limits.into(
                    name == null ? CommandJson.object() : CommandJson.object().put("name", name));
        }

        @Override
        void run(AdminApi api) throws Refused {
            api.ask("PATCH", KEY, key.of(spec()), body());
        }
    }

    @Command(name = "disable", description = "Disable a key: its calls get a 401.", mixinStandardHelpOptions = true)
    static final class Disable extends ApiCommand {

        @Mixin
        private KeyId key = new KeyId();

        Disable(Session session) {
            super(session);
        }

        @Override
        void check() {
            key.of(spec());
        }

        @Override
        void run(AdminApi api) throws Refused {
            api.ask("PATCH", KEY, key.of(spec()), CommandJson.object().put("disabled", true));
        }
    }
}
