package dev.tollgate;

import dev.tollgate.config.SettingsLoader;
import java.util.Map;

/** The command line's entry. */
public final class Main {

    private Main() {}

    public static void main(String[] args) {
        App app = App.start(SettingsLoader.load(Map.of(), System.getenv()));
        System.out.println("port " + app.port() + " " + app.demo());
        Runtime.getRuntime().addShutdownHook(new Thread(app::close));
    }
}
