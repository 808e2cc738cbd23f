package dev.tollgate.cli;

import dev.tollgate.config.Settings;
import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/** What a command needs of the world around it. */
record Session(Map<String, String> environment, Actions actions, PrintWriter out) {

    Settings settings(CommandSpec command) {
        return SettingOptions.read(command, environment);
    }

    /** The running server's administration, or the store's own where no server runs. */
    Administration administration(CommandSpec command) throws Refused {
        Settings settings = settings(command);
        Optional<Administration> remote = RemoteAdministration.find(settings.data());
        return remote.isPresent() ? remote.get() : actions.open(settings);
    }
}
