package dev.tollgate.operator.cli.customers;

import dev.tollgate.operator.admin.accounts.OperatorKeys;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.CommandJson;
import dev.tollgate.operator.cli.parts.Session;
import dev.tollgate.operator.cli.parts.Values;
import java.util.List;
import picocli.CommandLine;

/** {@code tollgate key …}. */
public final class KeyCommands {

    private static final String GRACE =
            "How long the old secret continues to work, like 90s, 30m, 24h or 7d. Default: not at all.";

    private KeyCommands() {}

    public static List<CommandLine> all(Session session) {
        ApiCommand create = ApiCommand.of(session, OperatorKeys.CREATE)
                .with("id", id -> id.saying("Id of the account whose credits the key spends."))
                .with("/name", name -> name.or("key").saying("Name of the key. Default: key."))
                .with("/reason", Argument::unneeded);
        ApiCommand set = ofKey(ApiCommand.of(session, OperatorKeys.SET))
                .refuses(body -> body.size() == (body.has("reason") ? 1 : 0), "Name at least one setting to change.")
                .asks(answer -> {});
        ApiCommand rotate = ofKey(ApiCommand.of(session, OperatorKeys.ROTATE))
                .with("/grace_seconds", grace -> grace.reading(Values::grace).saying(GRACE));
        ApiCommand disable = ofKey(new ApiCommand(session, "disable", "Disable a key: its calls get a 401.")
                .takes(OperatorKeys.SET)
                .keeping("id", "/reason"));
        disable.runs(
                api -> disable.ask(api, disable.parameters(), disable.body().put("disabled", true)));
        return List.of(create.line(), list(session).line(), set.line(), rotate.line(), disable.line());
    }

    /** Lets a command take the id of a key with {@code --key} before it, too. */
    private static ApiCommand ofKey(ApiCommand command) {
        return command.takes(Argument.own("--key ID", "id", "The key's id; the same as ID without the option.")
                        .unneeded())
                .with("/reason", Argument::unneeded)
                .refuses(body -> command.count("id") != 1, "Give the id of one key, as key list prints it.");
    }

    private static ApiCommand list(Session session) {
        return new ApiCommand(session, "list", "List keys without their secrets.")
                .takes(Argument.own(
                                "--account ID",
                                "account",
                                "Lists the keys of this account only. Default: all accounts.")
                        .unneeded())
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
