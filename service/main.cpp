// backpain-cds: clinical decision support for adults with back pain, over CDS Hooks.
#include "service/commands/cli.hpp"

#include <exception>
#include <iostream>

int main(int argument_count, char** arguments) {
    try {
        const service::Streams streams{std::cin, std::cout, std::cerr};
        return static_cast<int>(service::run_command_line({arguments + 1, arguments + argument_count}, streams));
    } catch (const std::exception& failure) {
        std::cerr << "backpain-cds: internal error: " << failure.what() << '\n';
        return static_cast<int>(service::ExitCode::environment);
    }
}
