// What the process says to the script that ran it. Hospitals script against these numbers: they never change meaning.
#pragma once

namespace service {

enum class ExitCode : int {
    fine = 0,
    does_not_hold = 1,  ///< the thing asked about does not hold: findings, failed examples, over budget
    usage = 2,          ///< wrong command line
    bad_input = 3,      ///< an input cannot be read, or is not what it should be
    environment = 4     ///< the port, the store or the network fails
};

}  // namespace service
