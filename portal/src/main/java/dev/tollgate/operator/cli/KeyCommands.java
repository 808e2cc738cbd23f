package dev.tollgate.operator.cli;

import dev.tollgate.operator.admin.OperatorKeys;
import java.util.List;
import picocli.CommandLine;

/** {@code tollgate key …}. */
final class KeyCommands {

    private KeyCommands() {}

    static List<CommandLine> all(Session session) {
        ApiCommand set = settings(ofKey(ApiCommand.of(session, OperatorKeys.SET))
                        .takes(Field.option("--name", "NAME", "/name", "New name of the key.")))
                .refuses(body -> body.isEmpty(), "Name at least one setting to change.")
                .inOrder()
                .asks(OperatorKeys.SET, answer -> {});
        ApiCommand rotate = ofKey(ApiCommand.of(session, OperatorKeys.ROTATE))
                .inOrder()
                .takes(Field.option(
                                "--grace",
                                "TIME",
                                "/grace_seconds",
                                Values::grace,
                                "How long the old secret continues to work, like 90s, 30m, 24h or 7d. Default: not at all.")
                        .or("0"))
                .asks(OperatorKeys.ROTATE, "key");
        ApiCommand disable = ofKey(new ApiCommand(session, "disable", "Disable a key: its calls get a 401."));
        disable.runs(api -> api.ask(
                OperatorKeys.SET.method(),
                OperatorKeys.SET.path(),
                disable.parameters(),
                disable.body().put("disabled", true)));
        return List.of(create(session).line(), list(session).line(), set.line(), rotate.line(), disable.line());
    }

    private static ApiCommand create(Session session) {
        return settings(
                        ApiCommand.of(session, OperatorKeys.CREATE)
                                .inOrder()
                                .takes(
                                        Field.option(
                                                        "--account",
                                                        "ID",
                                                        "id",
                                                        "Id of the account whose credits the key spends.")
                                                .needed(),
                                        Field.option("--name", "NAME", "/name", "Name of the key. Default: key.")
                                                .or("key"),
                                        Field.option(
                                                        "--kind",
                                                        "KIND",
                                                        "/kind",
                                                        Values::keyKind,
                                                        "api (calls models) or management (administers its account). Default: api.")
                                                .or("api"),
                                        Field.list(
                                                "--scopes",
                                                "SCOPE",
                                                "/scopes",
                                                "Rights of a management key, repeated or with commas: keys:read, keys:write, usage:read,"
                                                        + " members:read, members:write, budgets:write, audit:read. Default: the first three.")))
                .asks(OperatorKeys.CREATE, "key");
    }

    /** Lets a command take the id of a key, with or without {@code --key} before it. */
    private static ApiCommand ofKey(ApiCommand command) {
        return command.takes(
                        Field.bare("0..1", "ID", "id", "The key's id, as key list prints it."),
                        Field.option("--key", "ID", "id", "The key's id; the same as ID without the option."))
                .refuses(body -> command.count("id") != 1, "Give the id of one key, as key list prints it.");
    }

    private static ApiCommand settings(ApiCommand command) {
        return command.takes(Field.spend())
                .takes(Field.list(
                        "--allow",
                        "ADDRESS",
                        "/allow",
                        "Addresses and ranges that may use it, at most 10, repeated or with commas; none: all."))
                .takes(Field.rates("/rates/"))
                .takes(Field.prices())
                .takes(
                        Field.list(
                                "--models",
                                "ID",
                                "/models",
                                "Models that it may use, by their ids, repeated or with commas; none: all."),
                        Field.option(
                                "--expires",
                                "TIME",
                                "/expires_at",
                                Values::end,
                                "Expiry, a date or a time like 2026-12-01T12:00:00Z, or none."));
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List keys without their secrets.")
                .takes(Field.option(
                        "--account", "ID", "account", "Lists the keys of this account only. Default: all accounts."))
                .lists(
                        "/admin/keys",
                        "ID,ACCOUNT,PREFIX,KIND,STATE,HOUR,DAY,TOTAL,RATE,TOKENS,AT ONCE,IN AT MOST,OUT AT MOST,ALLOW,MODELS,EXPIRES,CREATED,LAST USED,NAME",
                        key -> new String[] {
                            CommandJson.text(key.get("id")),
                            CommandJson.text(key.get("account")),
                            CommandJson.text(key.get("prefix")),
                            CommandJson.text(key.get("kind")),
                            CommandJson.text(key.get("state")),
                            CommandJson.limit(key.at("/spend/hour"), ""),
                            CommandJson.limit(key.at("/spend/day"), ""),
                            CommandJson.limit(key.at("/spend/total"), ""),
                            CommandJson.limit(key.at("/rates/requests"), "/min"),
                            CommandJson.limit(key.at("/rates/tokens"), "/min"),
                            CommandJson.limit(key.at("/rates/concurrency"), ""),
                            CommandJson.limit(key.at("/max_input_price"), ""),
                            CommandJson.limit(key.at("/max_output_price"), ""),
                            CommandJson.texts(key.get("allow"), "all"),
                            CommandJson.texts(key.get("models"), "all"),
                            CommandJson.time(key.get("expires_at"), "never"),
                            CommandJson.time(key.get("created_at"), "never"),
                            CommandJson.time(key.get("last_used_at"), "never"),
                            CommandJson.text(key.get("name"))
                        });
    }
}
