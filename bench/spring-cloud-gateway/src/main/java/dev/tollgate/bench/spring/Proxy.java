package dev.tollgate.bench.spring;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Spring Cloud Gateway with the one route of {@code application.yaml}; the runner gives port and upstream as arguments. */
@SpringBootApplication
public class Proxy {
    public static void main(String[] args) {
        SpringApplication.run(Proxy.class, args);
    }
}
