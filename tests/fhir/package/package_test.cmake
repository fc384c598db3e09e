# Installs the engine as other projects get it, builds the example project in a folder of its own against that, and runs it.
#   cmake -D BUILD=… -D SOURCE=… -D WORK=… -D CXX=… -P package_test.cmake
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --component fhirpath --prefix ${WORK}/prefix
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(GLOB_RECURSE installed RELATIVE ${WORK}/prefix ${WORK}/prefix/*.a)
list(LENGTH installed libraries)
if(NOT libraries EQUAL 1)
    message(FATAL_ERROR "one static library was to be installed, not: ${installed}")
endif()
file(COPY ${SOURCE}/fhir/path/example DESTINATION ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${WORK}/example -B ${WORK}/build -D CMAKE_PREFIX_PATH=${WORK}/prefix
        -D CMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror"
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${WORK}/build COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(WRITE ${WORK}/patient.json "{\"resourceType\": \"Patient\", \"name\": [{\"given\": [\"Ilse\", \"Marie\"]}]}")
execute_process(COMMAND ${WORK}/build/evaluate "name.given.where(matches('^M'))" "name.gven" INPUT_FILE ${WORK}/patient.json
    OUTPUT_VARIABLE printed COMMAND_ERROR_IS_FATAL ANY)
if(NOT printed MATCHES "^\\[\"Marie\"\\]\nrefused: HumanName has no member .gven.")
    message(FATAL_ERROR "the example prints: ${printed}")
endif()
