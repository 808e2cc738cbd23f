package dev.tollgate.operator.cli;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.base.fields.Field;
import dev.tollgate.operator.admin.OperatorAction;
import dev.tollgate.operator.admin.accounts.AccountRoutes;
import dev.tollgate.operator.admin.accounts.OperatorKeys;
import dev.tollgate.operator.admin.actions.OperatorActions;
import dev.tollgate.operator.admin.prices.OperatorGroups;
import dev.tollgate.operator.cli.parts.ApiCommand;
import dev.tollgate.operator.cli.parts.Argument;
import dev.tollgate.operator.cli.parts.Session;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import tools.jackson.databind.JsonNode;

/** Commands that are made of the rows of actions. */
class ActionCommandsTest {

    private static final Session SESSION =
            new Session(Map.of(), null, new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()));

    static Stream<OperatorAction<?, ?>> actions() {
        return OperatorActions.ALL.stream().filter(action -> !action.help().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("actions")
    void each_field_that_a_command_takes_has_help(OperatorAction<?, ?> action) {
        Stream.concat(action.parameters().stream(), action.fields().stream())
                .flatMap(field -> field.members().isEmpty() ? Stream.of(field) : field.members().stream())
                .filter(field -> !field.isFixed() && !"".equals(field.option()))
                .forEach(field -> assertThat(field.help()).as(field.name()).endsWith("."));
        assertThat(ApiCommand.of(SESSION, action).line().getUsageMessage()).contains(first(action.help()));
    }

    /** The line of the help may break anywhere behind. */
    private static String first(String sentence) {
        return sentence.split(" ")[0];
    }

    private static Argument argument(String written) {
        return Argument.of(Field.raw("name").help("What it is.").option(written), "/name", "name");
    }

    @ParameterizedTest
    @CsvSource({"--name TEXT, --name, TEXT", "TEXT, , TEXT", "'--teams ID,...', --teams, 'ID,...'"})
    void an_option_is_as_its_field_writes_it(String written, String name, String label) {
        ArgSpec arg = argument(written).arg();
        assertThat(arg instanceof OptionSpec option ? option.longestName() : null)
                .isEqualTo(name);
        assertThat(arg.paramLabel()).isEqualTo(label);
        assertThat(arg.required()).isTrue();
        assertThat(argument(written).unneeded().arg().required()).isFalse();
    }

    @Test
    void an_option_without_a_word_is_there_or_not() {
        Argument flag = argument("--lose");
        CommandLine line =
                new CommandLine(CommandLine.Model.CommandSpec.create().addOption((OptionSpec) flag.arg()));
        line.parseArgs();
        assertThat(flag.value()).isNull();
        line.parseArgs("--lose");
        assertThat(flag.value()).isEqualTo(tools.jackson.databind.node.BooleanNode.TRUE);
    }

    @Test
    void help_says_what_values_a_field_takes() {
        String key = help(OperatorKeys.CREATE);
        assertThat(key)
                .contains(
                        "Requests per minute. 1 to 100000000. none: no limit.",
                        "Expiry. A date or a time like 2026-12-01T12:00:00Z. none: never.",
                        "usage:read, members:read",
                        "Default: api.");
        assertThat(help(AccountRoutes.GRANT)).contains("Like 5:20, or 5:20,24:60.");
    }

    private static String help(OperatorAction<?, ?> action) {
        return ApiCommand.of(SESSION, action).line().setUsageHelpWidth(400).getUsageMessage();
    }

    @Test
    void a_group_has_the_command_of_each_of_its_actions() {
        ApiCommand list = new ApiCommand(SESSION, "list", "List the plans.");
        assertThat(ApiCommand.group(SESSION, "group", list, OperatorGroups.ACTIONS))
                .extracting(CommandLine::getCommandName)
                .as("account.group is in another one")
                .containsExactly("list", "set", "close");
    }

    @Test
    void an_argument_that_no_field_has_cannot_be_changed() {
        ApiCommand command = ApiCommand.of(SESSION, OperatorKeys.ROTATE);
        assertThatThrownBy(() -> command.with("/grace", Argument::needed)).hasMessage("rotate takes no /grace");
    }

    @Test
    void members_of_an_object_are_options_of_their_own() {
        ApiCommand command = ApiCommand.of(SESSION, OperatorKeys.SET).with("/reason", Argument::unneeded);
        command.line().parseArgs("key_1", "--rate", "60", "--spend-day", "none", "--models", "a,b", "--models", "c");
        JsonNode body = command.body();
        assertThat(body.toString())
                .isEqualTo("{\"models\":[\"a\",\"b\",\"c\"],\"rates\":{\"requests\":60},\"spend\":{\"day\":null}}");
        assertThat(command.parameters()).isEqualTo(Map.of("id", "key_1"));
        assertThat(List.of(command.count("id"))).containsExactly(1L);
    }
}
